// Masks of class maps against plain loops over the pixels: runs, regions and run-length codes.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <random>
#include <vector>

#include "export/export.h"
#include "export/rle.h"

namespace deeplab {
namespace {

using exports::ExportedMask;
using exports::ExportedMasks;
using exports::ExportJob;
using exports::Format;
using exports::Lines;
using exports::MapView;
using exports::Run;

// Regions, and noise between them.
template <typename Id>
std::vector<Id> RandomMap(int width, int height, int ids, uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<Id> map(static_cast<size_t>(width) * height);
  for (Id& id : map) id = random() % 4 == 0 ? static_cast<Id>(random() % ids) : Id{1};
  for (int box = 0; box < 20; ++box) {
    const int x = random() % width, y = random() % height;
    const Id id = static_cast<Id>(random() % ids);
    for (int j = y; j < std::min<int>(height, y + 40); ++j)
      for (int i = x; i < std::min<int>(width, x + 70); ++i) map[j * width + i] = id;
  }
  return map;
}

template <typename Id>
std::vector<Run> PlainRuns(const std::vector<Id>& map, int width, int height,
                           const std::vector<uint8_t>& wanted, Lines lines) {
  const bool columns = lines == Lines::kColumns;
  std::vector<Run> runs;
  for (int line = 0; line < (columns ? width : height); ++line) {
    const int length = columns ? height : width;
    const auto at = [&](int i) { return map[columns ? i * width + line : line * width + i]; };
    for (int begin = 0; begin < length;) {
      int end = begin + 1;
      while (end < length && at(end) == at(begin)) ++end;
      if (at(begin) < wanted.size() && wanted[at(begin)] != 0)
        runs.push_back({static_cast<uint32_t>(line), static_cast<uint32_t>(begin),
                        static_cast<uint32_t>(end), at(begin)});
      begin = end;
    }
  }
  return runs;
}

bool Same(const Run& a, const Run& b) {
  return a.line == b.line && a.begin == b.begin && a.end == b.end && a.id == b.id;
}

template <typename Id>
void ExpectPlainRuns(int width, int height, int ids) {
  SCOPED_TRACE(testing::Message() << width << "x" << height << " of " << ids);
  const std::vector<Id> map = RandomMap<Id>(width, height, ids, width * 31 + height);
  std::vector<uint8_t> wanted(ids - 1, 1);  // the last id lies beyond it
  wanted[0] = 0;
  ThreadPool pool(3);
  for (const Lines lines : {Lines::kColumns, Lines::kRows}) {
    const MapView view{map.data(), sizeof(Id), width, height};
    const std::vector<Run> found = exports::FindRuns(view, wanted, lines, pool);
    const std::vector<Run> expected = PlainRuns(map, width, height, wanted, lines);
    ASSERT_EQ(found.size(), expected.size());
    for (size_t i = 0; i < found.size(); ++i) ASSERT_TRUE(Same(found[i], expected[i])) << i;
  }
}

TEST(Export, RunsAreThoseOfAPlainLoopInEveryBand) {
  for (const int width : {1, 2, 7, 8, 9, 17, 255, 256, 257, 600}) {
    for (const int height : {1, 2, 63, 64, 65, 130}) {
      ExpectPlainRuns<uint8_t>(width, height, 5);
      ExpectPlainRuns<uint16_t>(width, height, 400);
    }
  }
}

TEST(Export, AMapWithoutPixelsHasNoRuns) {
  const std::vector<uint8_t> wanted(256, 1);
  const MapView none{nullptr, 1, 0, 5};
  EXPECT_TRUE(exports::FindRuns(none, wanted, Lines::kColumns, ThreadPool::Instance()).empty());
}

// Regions by flooding: a number for every pixel, from 1 in order of the first pixels by row.
std::vector<int> Flood(const std::vector<uint8_t>& map, int width, int height) {
  std::vector<int> numbers(map.size());
  int last = 0;
  for (size_t first = 0; first < map.size(); ++first) {
    if (numbers[first] != 0) continue;
    std::vector<size_t> todo{first};
    numbers[first] = ++last;
    while (!todo.empty()) {
      const size_t at = todo.back();
      todo.pop_back();
      const int x = at % width, y = static_cast<int>(at / width);
      const auto visit = [&](int i, int j) {
        if (i < 0 || j < 0 || i >= width || j >= height) return;
        const size_t to = static_cast<size_t>(j) * width + i;
        if (numbers[to] != 0 || map[to] != map[at]) return;
        numbers[to] = last;
        todo.push_back(to);
      };
      visit(x - 1, y), visit(x + 1, y), visit(x, y - 1), visit(x, y + 1);
    }
  }
  return numbers;
}

// Every pixel of the mask has one number of the flooding, and there are as many as that number has.
void ExpectOneFlood(const exports::Masks& masks, const exports::Mask& mask, Lines lines, int width,
                    const std::vector<int>& numbers) {
  const auto number_at = [&](const Run& run, uint32_t i) {
    return numbers[lines == Lines::kColumns ? i * width + run.line : run.line * width + i];
  };
  const Run& first = masks.runs[mask.first_run];
  const int number = number_at(first, first.begin);
  int64_t pixels = 0;
  for (size_t r = mask.first_run; r < mask.last_run; ++r) {
    const Run& run = masks.runs[r];
    for (uint32_t i = run.begin; i < run.end; ++i, ++pixels) ASSERT_EQ(number_at(run, i), number);
  }
  ASSERT_EQ(pixels, static_cast<int64_t>(mask.area));
  ASSERT_EQ(pixels, std::count(numbers.begin(), numbers.end(), number));
}

TEST(Export, RegionsAreThoseThatFloodingFinds) {
  constexpr int kLeastArea = 2, kHeight = 40;
  for (uint32_t seed = 0; seed < 30; ++seed) {
    const int width = 1 + static_cast<int>(seed) * 5;
    const std::vector<uint8_t> map = RandomMap<uint8_t>(width, kHeight, 3, seed);
    const std::vector<int> numbers = Flood(map, width, kHeight);
    std::map<int, int> areas;
    for (const int number : numbers) ++areas[number];
    const auto large = std::count_if(areas.begin(), areas.end(),
                                     [](const auto& entry) { return entry.second >= kLeastArea; });
    const std::vector<uint8_t> wanted(256, 1);
    for (const Lines lines : {Lines::kColumns, Lines::kRows}) {
      const auto runs =
          exports::FindRuns({map.data(), 1, width, kHeight}, wanted, lines, ThreadPool::Instance());
      const exports::Masks masks = exports::ByRegion(runs, kLeastArea);
      ASSERT_EQ(static_cast<int64_t>(masks.list.size()), large);
      for (const exports::Mask& mask : masks.list)
        ExpectOneFlood(masks, mask, lines, width, numbers);
    }
  }
}

ExportedMasks Export(const std::vector<uint8_t>& map, int width, int height, Format format,
                     int canvas_width, int canvas_height, const float* confidence = nullptr) {
  static const std::vector<uint8_t> wanted = [] {
    std::vector<uint8_t> all(256, 1);
    all[0] = 0;
    return all;
  }();
  const ExportJob job{{map.data(), 1, width, height},
                      canvas_width,
                      canvas_height,
                      &wanted,
                      format,
                      false,
                      0,
                      confidence};
  return exports::ExportMasks(job, ThreadPool::Instance());
}

std::vector<uint32_t> CountsOf(const ExportedMasks& masks, size_t i) {
  std::vector<uint32_t> counts((masks.list[i].end - masks.list[i].begin) / 4);
  std::memcpy(counts.data(), masks.bytes.data() + masks.list[i].begin, counts.size() * 4);
  return counts;
}

TEST(Export, CountsGoDownTheColumnsAndOverTheirEnds) {
  // 0 1
  // 1 1   the last of the first column touches the first of the second
  const ExportedMasks masks = Export({0, 1, 1, 1}, 2, 2, Format::kCounts, 2, 2);
  EXPECT_EQ(CountsOf(masks, 0), (std::vector<uint32_t>{1, 3}));
  const ExportedMasks begins_on = Export({1, 0, 0, 0}, 2, 2, Format::kCounts, 2, 2);
  EXPECT_EQ(CountsOf(begins_on, 0), (std::vector<uint32_t>{0, 1, 3}));
}

TEST(Export, AMapLiesAtTheTopLeftOfALargerPicture) {
  const ExportedMasks masks = Export({1, 1, 1, 1}, 2, 2, Format::kCounts, 4, 3);
  EXPECT_EQ(CountsOf(masks, 0), (std::vector<uint32_t>{0, 2, 1, 2, 7}));
}

TEST(Export, TheTextOfCountsHoldsSignsAndLargeNumbers) {
  // Differences from the fourth on: 5, -1, 1<<30, 16 and -16 need their fifth bit told from a sign.
  const std::vector<uint32_t> counts{1u << 31, 3, 20, 8, 19, 1u << 30, 35, (1u << 30) - 16};
  std::vector<uint8_t> text;
  exports::AppendText(counts, &text);
  std::vector<int64_t> read;
  for (size_t i = 0; i < text.size();) {
    int64_t value = 0;
    int shift = 0;
    for (bool more = true; more; shift += 5) {
      const int digit = text[i++] - 48;
      ASSERT_GE(digit, 0);
      ASSERT_LT(digit, 64);
      value |= static_cast<int64_t>(digit & 31) << shift;
      more = (digit & 32) != 0;
      if (!more && (digit & 16) != 0) value -= int64_t{1} << (shift + 5);
    }
    read.push_back(read.size() > 2 ? value + read[read.size() - 2] : value);
  }
  EXPECT_EQ(read, std::vector<int64_t>(counts.begin(), counts.end()));
}

// Label Studio's brush code, read bit by bit as its decoder does.
std::vector<uint8_t> DecodeBrush(const uint8_t* bytes, size_t size) {
  size_t place = 0;
  const auto bits = [&](int count) {
    uint64_t value = 0;
    for (; count > 0; --count, ++place) {
      EXPECT_LT(place / 8, size);
      value = value << 1 | (bytes[place / 8] >> (7 - place % 8) & 1);
    }
    return value;
  };
  std::vector<uint8_t> values(bits(32));
  const int value_bits = static_cast<int>(bits(5)) + 1;
  int length_bits[4];
  for (int& length : length_bits) length = static_cast<int>(bits(4)) + 1;
  for (size_t i = 0; i < values.size();) {
    const bool run = bits(1) != 0;
    const size_t end = i + 1 + bits(length_bits[bits(2)]);
    const uint64_t value = run ? bits(value_bits) : 0;
    for (; i < end; ++i) values.at(i) = static_cast<uint8_t>(run ? value : bits(value_bits));
  }
  EXPECT_EQ((place + 7) / 8, size) << "bytes are left over";
  return values;
}

TEST(Export, BrushCodesOfLongRunsAreCutAndReadBack) {
  // 4 · 40 000 values in a row are more than one chunk holds; 4 · 16 384 are exactly one.
  for (const int on : {1, 2, 3, 4, 16384, 16385, 40000}) {
    const int width = 251, height = 300;
    std::vector<uint8_t> map(width * height);
    std::fill_n(map.begin() + 7000, on, uint8_t{9});
    const ExportedMasks masks = Export(map, width, height, Format::kBrush, width + 3, height + 2);
    ASSERT_EQ(masks.list.size(), 1u);
    const auto values = DecodeBrush(masks.bytes.data(), masks.bytes.size());
    ASSERT_EQ(values.size(), static_cast<size_t>(4 * (width + 3) * (height + 2)));
    for (size_t i = 0; i < values.size(); ++i) {
      const int x = i / 4 % (width + 3), y = static_cast<int>(i / 4 / (width + 3));
      const bool in = x < width && y < height && map[y * width + x] == 9;
      ASSERT_EQ(values[i], in ? 255 : 0) << x << "," << y;
    }
  }
}

TEST(Export, MasksSayTheirBoxAreaAndConfidence) {
  const int width = 300, height = 70;
  const std::vector<uint8_t> map = RandomMap<uint8_t>(width, height, 6, 3);
  std::vector<float> confidence(map.size());
  for (size_t i = 0; i < map.size(); ++i) confidence[i] = static_cast<float>(i % 64) / 64;
  for (const Format format : {Format::kText, Format::kRuns}) {
    const ExportedMasks masks =
        Export(map, width, height, format, width, height, confidence.data());
    ASSERT_EQ(masks.list.size(), 5u);
    for (const ExportedMask& mask : masks.list) {
      uint32_t left = width, top = height, right = 0, bottom = 0;
      uint64_t area = 0;
      double sum = 0;
      for (uint32_t i = 0; i < map.size(); ++i) {
        if (map[i] != mask.id) continue;
        const uint32_t x = i % width, y = i / width;
        left = std::min(left, x), right = std::max(right, x + 1);
        top = std::min(top, y), bottom = std::max(bottom, y + 1);
        ++area;
        sum += confidence[i];
      }
      EXPECT_EQ(mask.area, area);
      EXPECT_EQ(mask.x, left);
      EXPECT_EQ(mask.y, top);
      EXPECT_EQ(mask.width, right - left);
      EXPECT_EQ(mask.height, bottom - top);
      EXPECT_DOUBLE_EQ(mask.confidence_sum, sum);
    }
  }
}

}  // namespace
}  // namespace deeplab
