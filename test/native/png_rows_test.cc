// Rows of PNG files against the filters' definition: every instruction set, sample and width.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "guarded_bytes.h"
#include "visualize/png_rows.h"

namespace deeplab {
namespace {

using visualize::PngFilter;
using visualize::PngRowsJob;
using visualize::PngSample;

int Paeth(int left, int up, int corner) {
  const int guess = left + up - corner;
  const int to_left = std::abs(guess - left), to_up = std::abs(guess - up);
  const int to_corner = std::abs(guess - corner);
  if (to_left <= to_up && to_left <= to_corner) return left;
  return to_up <= to_corner ? up : corner;
}

// As a reader undoes it: what was filtered.
std::vector<uint8_t> Unfiltered(const uint8_t* rows, int row_bytes, int height, int step) {
  std::vector<uint8_t> bytes(static_cast<size_t>(row_bytes) * height);
  const auto at = [&](int x, int y) {
    return x < 0 || y < 0 ? 0 : int{bytes[static_cast<size_t>(y) * row_bytes + x]};
  };
  for (int y = 0; y < height; ++y) {
    const uint8_t* row = rows + static_cast<size_t>(y) * (row_bytes + 1);
    for (int x = 0; x < row_bytes; ++x) {
      const int by =
          row[0] == 2 ? at(x, y - 1) : Paeth(at(x - step, y), at(x, y - 1), at(x - step, y - 1));
      bytes[static_cast<size_t>(y) * row_bytes + x] = static_cast<uint8_t>(row[x + 1] + by);
    }
  }
  return bytes;
}

struct Samples {
  PngSample sample;
  int in, out;  // bytes of a pixel
};
constexpr Samples kSamples[] = {
    {PngSample::kBytes, 1, 1},     {PngSample::kWideBytes, 1, 2},  {PngSample::kShorts, 2, 2},
    {PngSample::kUnitBytes, 4, 1}, {PngSample::kUnitShorts, 4, 2}, {PngSample::kRgba, 4, 4},
    {PngSample::kOpaque, 4, 3},
};

bool IsUnit(PngSample sample) {
  return sample == PngSample::kUnitBytes || sample == PngSample::kUnitShorts;
}

std::vector<uint8_t> RandomPixels(const Samples& of, size_t pixels) {
  std::mt19937 random(static_cast<uint32_t>(pixels));
  std::vector<uint8_t> bytes(pixels * of.in);
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random() % 5 == 0 ? random() : 7);
  if (!IsUnit(of.sample)) return bytes;
  const float odd[] = {-1.0f, 2.0f, NAN, INFINITY, -INFINITY, 0.5f, 1.0f, 0.0f, 0.5f / 255};
  for (size_t i = 0; i < pixels; ++i) {
    float value = static_cast<float>(random()) / 4294967040.0f;
    if (i < std::size(odd)) value = odd[i];
    std::memcpy(bytes.data() + i * 4, &value, 4);
  }
  return bytes;
}

// floor(c · most + 0.5), in long double, which no level computes in.
int Scaled(float value, int most) {
  if (!(value > 0)) return 0;
  if (value > 1) return most;
  return static_cast<int>(std::floor(static_cast<long double>(value) * most + 0.5L));
}

std::vector<uint8_t> Expected(const Samples& of, const std::vector<uint8_t>& pixels) {
  std::vector<uint8_t> bytes;
  for (size_t i = 0; i < pixels.size(); i += of.in) {
    const uint8_t* p = pixels.data() + i;
    if (IsUnit(of.sample)) {
      float value;
      std::memcpy(&value, p, 4);
      const int scaled = Scaled(value, of.out == 1 ? 255 : 65535);
      if (of.out == 2) bytes.push_back(static_cast<uint8_t>(scaled >> 8));
      bytes.push_back(static_cast<uint8_t>(scaled));
    } else if (of.out == 2) {
      uint16_t id = p[0];
      if (of.in == 2) std::memcpy(&id, p, 2);
      bytes.push_back(static_cast<uint8_t>(id >> 8));
      bytes.push_back(static_cast<uint8_t>(id));
    } else {
      bytes.insert(bytes.end(), p, p + of.out);
    }
  }
  return bytes;
}

class PngRowsAt : public testing::TestWithParam<SimdLevel> {};

INSTANTIATE_TEST_SUITE_P(Level, PngRowsAt, testing::ValuesIn(UsableSimdLevels()),
                         [](const auto& with) { return std::string(Name(with.param)); });

TEST_P(PngRowsAt, AreTheSamplesAgainOnceUnfiltered) {
  const int sizes[][2] = {{1, 1}, {1, 40}, {3, 2}, {65, 9}, {131, 33}, {2000, 80}};
  ThreadPool pool(3);
  for (const auto& [width, height] : sizes) {
    for (const Samples& of : kSamples) {
      const auto pixels = RandomPixels(of, static_cast<size_t>(width) * height);
      for (const PngFilter filter : {PngFilter::kUp, PngFilter::kPaeth}) {
        const int row_bytes = width * of.out;
        ASSERT_EQ(visualize::PngRowBytes(of.sample, width), row_bytes + 1);
        const GuardedBytes rows(static_cast<size_t>(row_bytes + 1) * height);
        visualize::WritePngRows({pixels.data(), of.sample, filter, width, height, rows.data()},
                                pool, GetParam());
        for (int y = 0; y < height; ++y) {
          ASSERT_EQ(rows.data()[static_cast<size_t>(y) * (row_bytes + 1)],
                    static_cast<int>(filter));
        }
        ASSERT_EQ(Unfiltered(rows.data(), row_bytes, height, of.out), Expected(of, pixels))
            << width << "x" << height << ", sample " << static_cast<int>(of.sample) << ", filter "
            << static_cast<int>(filter);
      }
    }
  }
}

}  // namespace
}  // namespace deeplab
