// The contrast stage gives the bytes that scikit-image gives (test/fixtures/contrast_cases.h).
#include "preprocess/contrast.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "../fixtures/contrast_cases.h"
#include "core/error.h"
#include "core/thread_pool.h"
#include "preprocess/contrast_tones.h"

namespace deeplab {
namespace {

using fixtures::ContrastCase;
using fixtures::ContrastHash;
using plan::Contrast;
using preprocess::ApplyContrast;
using preprocess::MutableImage;

using Bytes = std::vector<uint8_t>;

constexpr uint8_t kGuard = 0xA5;

Bytes FromHex(const std::string& hex) {
  Bytes bytes;
  for (size_t i = 0; i < hex.size(); i += 2) {
    bytes.push_back(static_cast<uint8_t>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

// The image that scripts/fixtures/make_contrast.py draws under the same name.
Bytes Drawn(int width, int height, int divisor = 1) {
  Bytes bytes;
  for (uint64_t y = 0; y < static_cast<uint64_t>(height); ++y) {
    for (uint64_t x = 0; x < static_cast<uint64_t>(width); ++x) {
      for (uint64_t c = 0; c < 3; ++c) {
        const uint64_t mixed = (x * 73856093) ^ (y * 19349663) ^ (c * 83492791);
        const uint64_t noise = ((mixed * 2654435761) & 0xFFFFFFFF) >> 24;
        const uint64_t level = (x * (3 + c) + y * (5 - c)) % 200 + noise % 40;
        bytes.push_back(static_cast<uint8_t>(level / static_cast<uint64_t>(divisor)));
      }
    }
  }
  return bytes;
}

uint64_t Fnv1a(const Bytes& bytes) {
  uint64_t hash = 0xCBF29CE484222325;
  for (const uint8_t byte : bytes) hash = (hash ^ byte) * 0x100000001B3;
  return hash;
}

Bytes Contrasted(Contrast mode, Bytes dense, int width, int height, ThreadPool* pool = nullptr) {
  ApplyContrast(mode, MutableImage{dense.data(), width, height, width * 3}, pool);
  return dense;
}

// One mode of a stored case, with the results to expect.
struct ModeName {
  Contrast mode;
  const char* name;
  const char* ContrastCase::*expected;
  uint64_t ContrastHash::*expected_hash;
};

void PrintTo(const ModeName& mode, std::ostream* out) { *out << mode.name; }

class ContrastMode : public testing::TestWithParam<ModeName> {};

INSTANTIATE_TEST_SUITE_P(
    Modes, ContrastMode,
    testing::Values(ModeName{Contrast::kAdaptive, "Adaptive", &ContrastCase::adaptive,
                             &ContrastHash::adaptive},
                    ModeName{Contrast::kStretching, "Stretching", &ContrastCase::stretching,
                             &ContrastHash::stretching},
                    ModeName{Contrast::kHistogram, "Histogram", &ContrastCase::histogram,
                             &ContrastHash::histogram}),
    [](const auto& instance) { return instance.param.name; });

TEST_P(ContrastMode, GivesSmallImagesTheBytesOfScikitImage) {
  for (const ContrastCase& stored : fixtures::kContrastCases) {
    SCOPED_TRACE(stored.name);
    const Bytes input = FromHex(stored.input);
    ASSERT_EQ(input.size(), static_cast<size_t>(stored.width) * stored.height * 3);
    const Bytes expected = FromHex(stored.*GetParam().expected);
    EXPECT_EQ(Contrasted(GetParam().mode, input, stored.width, stored.height), expected);
  }
}

TEST_P(ContrastMode, GivesLargeImagesTheSameBytesWithAndWithoutThreads) {
  ThreadPool pool(4);
  for (const ContrastHash& stored : fixtures::kContrastHashes) {
    SCOPED_TRACE(std::to_string(stored.width) + " x " + std::to_string(stored.height));
    const Bytes input = Drawn(stored.width, stored.height, stored.divisor);
    ASSERT_EQ(Fnv1a(input), stored.input) << "the script and this file draw different images";
    const uint64_t expected = stored.*GetParam().expected_hash;
    EXPECT_EQ(Fnv1a(Contrasted(GetParam().mode, input, stored.width, stored.height)), expected);
    EXPECT_EQ(Fnv1a(Contrasted(GetParam().mode, input, stored.width, stored.height, &pool)),
              expected);
  }
}

TEST_P(ContrastMode, LeavesTheBytesBetweenRowsAlone) {
  constexpr int kWidth = 61;
  constexpr int kHeight = 47;
  constexpr int kStride = kWidth * 3 + 11;
  const Bytes input = Drawn(kWidth, kHeight);
  const Bytes expected = Contrasted(GetParam().mode, input, kWidth, kHeight);
  Bytes strided(static_cast<size_t>(kStride) * kHeight, kGuard);
  for (int y = 0; y < kHeight; ++y) {
    std::copy_n(input.begin() + y * kWidth * 3, kWidth * 3, strided.begin() + y * kStride);
  }
  ApplyContrast(GetParam().mode, MutableImage{strided.data(), kWidth, kHeight, kStride});
  for (int y = 0; y < kHeight; ++y) {
    const auto row = strided.begin() + y * kStride;
    EXPECT_TRUE(std::equal(row, row + kWidth * 3, expected.begin() + y * kWidth * 3)) << y;
    EXPECT_EQ(Bytes(row + kWidth * 3, row + kStride), Bytes(kStride - kWidth * 3, kGuard)) << y;
  }
}

// Stretching and histogram see bytes only. Adaptive goes through hue, whose rounding depends on
// which channel is first: there the caller's order is part of the contract.
TEST_P(ContrastMode, DiffersByRoundingAtMostWhenChannelsAreSwapped) {
  constexpr int kWidth = 97;
  constexpr int kHeight = 129;
  const auto swap = [](Bytes bytes) {
    for (size_t i = 0; i < bytes.size(); i += 3) std::swap(bytes[i], bytes[i + 2]);
    return bytes;
  };
  const Bytes input = Drawn(kWidth, kHeight);
  const Bytes straight = Contrasted(GetParam().mode, input, kWidth, kHeight);
  const Bytes swapped = swap(Contrasted(GetParam().mode, swap(input), kWidth, kHeight));
  const int allowed = GetParam().mode == Contrast::kAdaptive ? 1 : 0;
  for (size_t i = 0; i < straight.size(); ++i) {
    ASSERT_LE(std::abs(straight[i] - swapped[i]), allowed) << "byte " << i;
  }
}

TEST(Contrast, ClipsAndSpreadsTileHistogramsAsScikitImageDoes) {
  preprocess::BinTable one_bin_per_level{};
  for (size_t i = 0; i < one_bin_per_level.size(); ++i) {
    one_bin_per_level[i] = static_cast<uint8_t>(i);
  }
  for (const fixtures::ContrastTile& stored : fixtures::kContrastTiles) {
    preprocess::Histogram bins{};
    for (int i = 0; i < stored.bins; ++i) bins[i * 13 % 256] = stored.pixels / stored.bins;
    const preprocess::ToneTable tones =
        preprocess::MakeTones(bins, one_bin_per_level, stored.pixels);
    for (size_t i = 0; i < tones.size(); ++i) {
      ASSERT_EQ(tones[i], stored.tones[i]) << stored.pixels << " pixels, bin " << i;
    }
  }
}

TEST(Contrast, NoneChangesNothing) {
  const Bytes input = Drawn(20, 10);
  EXPECT_EQ(Contrasted(Contrast::kNone, input, 20, 10), input);
}

TEST(Contrast, RefusesViewsThatAreNoImageAndSaysTheirSize) {
  Bytes bytes(300);
  const MutableImage broken[] = {{nullptr, 10, 10, 30},
                                 {bytes.data(), 0, 10, 30},
                                 {bytes.data(), 10, 0, 30},
                                 {bytes.data(), 10, -1, 30},
                                 {bytes.data(), 10, 10, 29}};
  for (const MutableImage& image : broken) {
    try {
      ApplyContrast(Contrast::kAdaptive, image);
      FAIL() << "accepted " << image.width << " x " << image.height;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kImageInvalid);
      ASSERT_EQ(error.detail().size(), 2U);
      EXPECT_EQ(error.detail()[1].second.find(std::to_string(image.width) + " x "), 0U);
    }
  }
}

}  // namespace
}  // namespace deeplab
