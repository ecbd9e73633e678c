// Overlays and class counts against plain loops: every instruction set and format.
#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "core/error.h"
#include "picture.h"
#include "visualize/class_counts.h"
#include "visualize/overlay.h"

namespace deeplab {
namespace {

using visualize::ClassBox;
using visualize::CountJob;
using visualize::OverlayJob;

// A map as a network gives it: regions, and noise between them.
template <typename Id>
std::vector<Id> RandomMap(int64_t pixels, int ids, uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<Id> map;
  while (static_cast<int64_t>(map.size()) < pixels) {
    const size_t run = random() % 3 == 0 ? 1 + random() % 300 : 1;
    map.resize(std::min<size_t>(map.size() + run, pixels), static_cast<Id>(random() % ids));
  }
  return map;
}

// Red, green, blue, alpha; every fourth transparent.
std::vector<uint32_t> RandomColors(int count) {
  std::mt19937 random(3);
  std::vector<uint32_t> colors(count);
  for (int i = 0; i < count; ++i) {
    uint32_t bytes = random() | 0x01000000u;
    if (i % 4 == 0) bytes &= 0xffffffu;
    colors[i] = bytes;
  }
  return colors;
}

uint8_t Mixed(int under, uint32_t color, int channel, int weight) {
  const int over = static_cast<int>(color >> (8 * channel) & 255);
  const int w = color >> 24 == 0 ? 0 : weight;
  return static_cast<uint8_t>((under * (256 - w) + over * w + 128) / 256);
}

template <typename Id>
std::vector<uint8_t> Expected(const Picture& picture, const OverlayJob& job,
                              const std::vector<Id>& map) {
  std::vector<uint8_t> rgba;
  for (int y = 0; y < job.height; ++y) {
    for (int x = 0; x < job.width; ++x) {
      const Id id = map[static_cast<size_t>(y) * job.width + x];
      const uint32_t color = id < job.color_count ? job.colors[id] : 0;
      const Rgb under = picture.at(job.picture_x + x, job.picture_y + y);
      rgba.push_back(Mixed(under.red, color, 0, job.weight));
      rgba.push_back(Mixed(under.green, color, 1, job.weight));
      rgba.push_back(Mixed(under.blue, color, 2, job.weight));
      rgba.push_back(255);
    }
  }
  return rgba;
}

class VisualizeAt : public testing::TestWithParam<SimdLevel> {
 protected:
  template <typename Id>
  void check_overlay(const Picture& picture, int x, int y, int width, int height, int weight) {
    const std::vector<uint32_t> colors = RandomColors(9);
    const auto map = RandomMap<Id>(int64_t{width} * height, 11, 5);  // two ids without a colour
    const GuardedBytes rgba(map.size() * 4);
    ThreadPool pool(3);
    const OverlayJob job{&picture.view(), x, y,      map.data(), sizeof(Id), width, height,
                         colors.data(),   9, weight, rgba.data()};
    visualize::PaintOverlay(job, pool, GetParam());
    const std::vector<uint8_t> expected = Expected(picture, job, map);
    EXPECT_EQ(std::memcmp(rgba.data(), expected.data(), expected.size()), 0)
        << "format " << static_cast<int>(picture.view().format) << ", " << width << "x" << height
        << " at " << x << "," << y << ", weight " << weight;
  }
};

INSTANTIATE_TEST_SUITE_P(Level, VisualizeAt, testing::ValuesIn(UsableSimdLevels()),
                         [](const auto& with) { return std::string(Name(with.param)); });

TEST_P(VisualizeAt, PaintsOverEveryFormatAtEveryPlace) {
  for (const ColorFormat format : kEveryFormat) {
    for (const int padding : {0, 5}) {
      const Picture picture(format, 67, 31, padding, 1);
      check_overlay<uint8_t>(picture, 0, 0, 67, 31, 128);
      check_overlay<uint16_t>(picture, 0, 0, 67, 31, 77);
      check_overlay<uint8_t>(picture, 0, 0, 40, 20, 256);
      check_overlay<uint8_t>(picture, 3, 5, 64, 26, 0);
      check_overlay<uint16_t>(picture, 66, 30, 1, 1, 255);
    }
  }
}

TEST_P(VisualizeAt, PaintsManyBands) {
  Picture picture(ColorFormat::kNv12, 1001, 301, 1, 2);
  picture.view().matrix = YuvMatrix::kBt709;
  check_overlay<uint8_t>(picture, 0, 0, 1001, 301, 90);
}

TEST_P(VisualizeAt, PaintsOverNothingWithTheAlphaOfTheColours) {
  const std::vector<uint32_t> colors = RandomColors(9);
  const auto map = RandomMap<uint16_t>(41 * 23, 70, 6);
  std::vector<uint32_t> pixels(map.size());
  ThreadPool pool(2);
  visualize::PaintOverlay({nullptr, 0, 0, map.data(), 2, 41, 23, colors.data(), 9, 128,
                           reinterpret_cast<uint8_t*>(pixels.data())},
                          pool, GetParam());
  for (size_t i = 0; i < map.size(); ++i) {
    ASSERT_EQ(pixels[i], map[i] < 9 ? colors[map[i]] : 0u) << i;
  }
}

TEST_P(VisualizeAt, PaintsNothingBeyondThePicture) {
  const Picture picture(ColorFormat::kRgb, 8, 8, 0, 3);
  const std::vector<uint8_t> map(64);
  std::vector<uint32_t> pixels(64);
  ThreadPool pool(1);
  const int places[][2] = {{1, 0}, {0, 1}, {-1, 0}, {0, -1}, {INT32_MAX, 0}};
  for (const auto& place : places) {
    EXPECT_THROW(
        visualize::PaintOverlay({&picture.view(), place[0], place[1], map.data(), 1, 8, 8,
                                 pixels.data(), 1, 128, reinterpret_cast<uint8_t*>(pixels.data())},
                                pool, GetParam()),
        Error);
  }
}

// A width that divides the number of pixels; odd, where there is one.
int WidthOf(size_t pixels) {
  for (const int width : {1009, 127, 125, 64, 16, 9, 7}) {
    if (pixels % width == 0 && pixels > 0) return width;
  }
  return 1;
}

struct Counts {
  std::vector<double> pixels, sums;
  std::vector<ClassBox> boxes;
};

template <typename Id>
Counts Count(const std::vector<Id>& map, const std::vector<float>& confidence, int id_count,
             SimdLevel level, int threads) {
  Counts counts{std::vector<double>(id_count, -1), std::vector<double>(id_count, -1),
                std::vector<ClassBox>(id_count, ClassBox{-1, -1, -1, -1})};
  ThreadPool pool(threads);
  const int width = WidthOf(map.size());
  visualize::CountClasses(
      {map.data(), sizeof(Id), confidence.data(), width, static_cast<int>(map.size()) / width,
       id_count, counts.pixels.data(), counts.sums.data(), counts.boxes.data()},
      pool, level);
  return counts;
}

std::vector<float> RandomConfidence(size_t pixels) {
  std::mt19937 random(8);
  std::vector<float> values(pixels);
  for (float& value : values) value = static_cast<float>(random() % 65536) / 65535.0f;
  return values;
}

template <typename Id>
void CheckCounts(int64_t pixels, int ids, int id_count, SimdLevel level) {
  const auto map = RandomMap<Id>(pixels, ids, static_cast<uint32_t>(pixels));
  const std::vector<float> confidence = RandomConfidence(map.size());
  std::vector<double> counts(id_count), sums(id_count);
  std::vector<ClassBox> boxes(id_count, ClassBox{0, 0, 0, 0});
  const int width = WidthOf(map.size());
  for (size_t i = 0; i < map.size(); ++i) {
    if (map[i] >= id_count) continue;
    const int x = static_cast<int>(i) % width, y = static_cast<int>(i) / width;
    ClassBox& box = boxes[map[i]];
    if (counts[map[i]] == 0) box = {x, y, x + 1, y + 1};
    box = {std::min(box.x_begin, x), std::min(box.y_begin, y), std::max(box.x_end, x + 1),
           std::max(box.y_end, y + 1)};
    counts[map[i]] += 1;
    sums[map[i]] += static_cast<double>(confidence[i]);
  }
  const Counts found = Count(map, confidence, id_count, level, 3);
  EXPECT_EQ(found.pixels, counts) << pixels << " pixels";
  for (int id = 0; id < id_count; ++id) {
    ASSERT_EQ(std::memcmp(&found.boxes[id], &boxes[id], sizeof(ClassBox)), 0)
        << pixels << " pixels, " << id;
    EXPECT_NEAR(found.sums[id], sums[id], 1e-11 * (1 + sums[id])) << pixels << " pixels, " << id;
  }
}

TEST_P(VisualizeAt, CountsWhatAPlainLoopCounts) {
  for (const int64_t pixels : {0, 1, 63, 64, 65, 1000, 16384, 16383, 706300}) {
    CheckCounts<uint8_t>(pixels, 21, 21, GetParam());
    CheckCounts<uint8_t>(pixels, 256, 256, GetParam());
    CheckCounts<uint16_t>(pixels, 301, 301, GetParam());
  }
  CheckCounts<uint16_t>(100000, 65536, 65536, GetParam());
}

TEST_P(VisualizeAt, LeavesOutIdsThatAreNone) {
  CheckCounts<uint8_t>(5000, 30, 21, GetParam());
  CheckCounts<uint16_t>(5000, 65536, 300, GetParam());
}

TEST_P(VisualizeAt, CountsTheSameBitsOnAnyThreadsAndLevel) {
  const auto map = RandomMap<uint8_t>(201800, 7, 9);
  const std::vector<float> confidence = RandomConfidence(map.size());
  const Counts one = Count(map, confidence, 7, SimdLevel::kScalar, 1);
  for (const int threads : {1, 4}) {
    EXPECT_EQ(Count(map, confidence, 7, GetParam(), threads).sums, one.sums);
  }
}

}  // namespace
}  // namespace deeplab
