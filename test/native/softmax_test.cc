// postprocess/: the exponential's error bounds, the sigmoid, half precision, channel ids.

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/half.h"
#include "core/simd.h"
#include "postprocess/kernel_table.h"
#include "postprocess/postprocess.h"
#include "postprocess/softmax.h"

namespace deeplab::postprocess {
namespace {

using baseline::ExpNonPositive;
using baseline::Sigmoid;

// The first channel's softmax of two channels' row of logits that is not resized.
std::vector<float> FirstProbability(const std::vector<float>& logits, int width, SimdLevel level) {
  plan::PostprocessPlan plan;
  plan.columns = plan::ComputeLinearTaps(width, 0, width, width);
  plan.rows = plan::ComputeLinearTaps(1, 0, 1, 1);
  plan.bands = plan::ComputeColumnBands(plan.columns, FloatLanes(level));
  plan::Geometry geometry;
  geometry.crop = {0, 0, width, 1};
  geometry.map_width = width;
  geometry.map_height = 1;
  const std::vector<uint16_t> ids{0, 1};
  const std::vector<float> thresholds{0, 0};
  std::vector<float> result(static_cast<size_t>(width));
  const uint16_t asked = 0;
  MapTarget target;
  target.channels = &asked;
  target.channel_count = 1;
  target.probabilities = result.data();
  ThreadPool pool(1);
  PostprocessCpu({logits.data(), DataType::kFloat32, {2, 1, width}}, plan, geometry,
                 {ids, thresholds, 0}, target, pool, level);
  return result;
}

TEST(ExpNonPositive, IsWithinItsBoundAndNeverAboveOne) {
  double worst = 0;
  for (float x = 0; x > -100.0f; x -= 0.0000371f + std::fabs(x) * 1e-6f) {
    const double exact = std::exp(static_cast<double>(x));
    const double error = std::fabs(ExpNonPositive(x) - exact);
    ASSERT_LE(error, exact * 0x1p-22 + 0x1p-24) << x;
    ASSERT_LE(ExpNonPositive(x), 1.0f) << x;
    worst = std::max(worst, error);
  }
  EXPECT_LE(worst, 2e-7);
  EXPECT_EQ(ExpNonPositive(0.0f), 1.0f);
  EXPECT_EQ(ExpNonPositive(-1e30f), 0x1p-126f);
  EXPECT_EQ(ExpNonPositive(-0x1p-149f), 1.0f);
}

// Near 0 e^x is near 1 and rounding could carry it above: floats of every exponent down to 2^-30.
TEST(ExpNonPositive, IsNeverAboveOneForFloatsCloseToZero) {
  for (float x = -0x1p-30f; x > -0x1p-5f; x *= 1.0f + 0x1p-17f) {
    ASSERT_LE(ExpNonPositive(x), 1.0f) << x;
  }
}

TEST(ExpNonPositive, AVectorGivesTheBitsOfOne) {
  deeplab::baseline::Floats many;
  for (int start = 0; start < 100; ++start) {
    for (int i = 0; i < deeplab::baseline::kLanes; ++i)
      many[i] = -0.971f * (start + i * 0.31f) - 0.013f;
    const deeplab::baseline::Floats result = ExpNonPositive(many);
    for (int i = 0; i < deeplab::baseline::kLanes; ++i)
      EXPECT_EQ(result[i], ExpNonPositive(many[i]));
  }
}

// Of two channels 0 and x the first has 1 / (1 + e^x): the exponential of every level, seen through
// the kernels themselves.
TEST(ExpNonPositive, HasTheSameBoundInTheKernelsOfEveryLevel) {
  constexpr int kWidth = 4096;
  for (const SimdLevel level : UsableSimdLevels()) {
    for (int row = 0; row < 60; ++row) {
      std::vector<float> logits(2 * kWidth);
      for (int x = 0; x < kWidth; ++x) {
        logits[kWidth + x] = -(static_cast<float>(row) + static_cast<float>(x) / kWidth);
      }
      const std::vector<float> p = FirstProbability(logits, kWidth, level);
      for (int x = 0; x < kWidth; ++x) {
        const double exact = std::exp(static_cast<double>(logits[kWidth + x]));
        // What p may be off by for an exponential within its bound, and for the sum and quotient.
        const double bound = (exact * 0x1p-22 + 0x1p-24) + 0x1p-23;
        ASSERT_NEAR(p[x], 1 / (1 + exact), bound) << Name(level) << " " << logits[kWidth + x];
        ASSERT_LE(p[x], 1.0f);
        ASSERT_GE(p[x], 0.5f);
      }
    }
  }
}

TEST(ExpChord, IsAnUpperBoundByLessThanSixPercent) {
  for (float x = 0; x > -80.0f; x -= 0.000371f) {
    const double chord =
        baseline::ExpChord(deeplab::baseline::Splat<deeplab::baseline::Floats>(x))[1];
    const double exact = std::exp(static_cast<double>(x));
    ASSERT_GE(chord, exact * (1 - 1e-5)) << x;
    ASSERT_LE(chord, exact * 1.0616) << x;
  }
  EXPECT_GE(baseline::ExpChord(deeplab::baseline::Splat<deeplab::baseline::Floats>(-1e30f))[0],
            0.0f);
}

TEST(Sigmoid, IsRightForEitherSign) {
  for (const float x : {-80.0f, -3.0f, -0.1f, 0.0f, 0.1f, 3.0f, 80.0f}) {
    EXPECT_NEAR(Sigmoid(x), 1.0 / (1.0 + std::exp(-static_cast<double>(x))), 1e-7);
  }
}

TEST(Widen, IsExactForEveryHalfAtEveryLevelAndLength) {
  std::vector<uint16_t> all(65536);
  for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<uint16_t>(i);
  for (const SimdLevel level : UsableSimdLevels()) {
    const RowKernels& kernels = KernelsOf(level);
    std::vector<float> wide(all.size());
    kernels.widen(all.data(), wide.data(), static_cast<int>(all.size()));
    for (size_t i = 0; i < all.size(); ++i) {
      const float expected = HalfToFloat(all[i]);
      if (std::isnan(expected)) {
        ASSERT_TRUE(std::isnan(wide[i])) << Name(level) << " " << i;
      } else {
        ASSERT_EQ(wide[i], expected) << Name(level) << " " << i;
        ASSERT_EQ(std::signbit(wide[i]), std::signbit(expected)) << Name(level) << " " << i;
      }
    }
    for (int count = 1; count < 40; ++count) {
      std::vector<float> part(64, -1);
      kernels.widen(all.data() + 1000, part.data(), count);
      EXPECT_EQ(part[count - 1], HalfToFloat(static_cast<uint16_t>(999 + count)));
      EXPECT_EQ(part[count], -1) << "written beyond the end";
    }
  }
}

TEST(ChannelIds, SkipBackgroundsSlotWhereItHasNoChannel) {
  EXPECT_EQ(ChannelIds(3, 4, 1), (std::vector<uint16_t>{0, 2, 3}));
  EXPECT_EQ(ChannelIds(4, 4, 1), (std::vector<uint16_t>{0, 1, 2, 3}));
  EXPECT_EQ(ChannelIds(1, 2, 0), (std::vector<uint16_t>{1}));
  EXPECT_EQ(ChannelIds(1, 2, 1), (std::vector<uint16_t>{0}));
  EXPECT_EQ(ChannelIds(1, 3, 0), (std::vector<uint16_t>{1}));
}

}  // namespace
}  // namespace deeplab::postprocess
