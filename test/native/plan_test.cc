// plan/: sizes, offsets and tap tables.

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "plan/plan.h"

namespace deeplab::plan {
namespace {

ModelConfig Config(ResizeMode mode, int width, int height) {
  ModelConfig config;
  config.resize_mode = mode;
  config.input_width = width;
  config.input_height = height;
  return config;
}

TEST(Geometry, LetterboxTruncatesTheSizeAndPutsTheOddPixelRightAndBelow) {
  const Geometry g = ComputeGeometry(Config(ResizeMode::kLetterbox, 64, 64), {}, 160, 107);
  EXPECT_EQ(g.placed.width, 64);
  EXPECT_EQ(g.placed.height, 42);  // 107 · 0.4 = 42.8
  EXPECT_EQ(g.pad_top, 11);
  EXPECT_EQ(g.pad_bottom, 11);
  const Geometry odd = ComputeGeometry(Config(ResizeMode::kLetterbox, 64, 64), {}, 64, 41);
  EXPECT_EQ(odd.pad_top, 11);
  EXPECT_EQ(odd.pad_bottom, 12);
}

TEST(Geometry, CenterCropReportsNegativePadsWhereItCutTheImage) {
  const Geometry g = ComputeGeometry(Config(ResizeMode::kCenterCrop, 64, 64), {}, 101, 15);
  EXPECT_EQ(g.pad_left, -18);
  EXPECT_EQ(g.pad_right, -19);
  EXPECT_EQ(g.pad_top, 24);
  EXPECT_EQ(g.pad_bottom, 25);
  EXPECT_EQ(g.used.x, 18);
  EXPECT_EQ(g.used.width, 64);
  EXPECT_EQ(g.placed.y, 24);
}

TEST(Geometry, ACropThatStartsAtTheOriginMakesMapsOfTheCropsSize) {
  ModelConfig config = Config(ResizeMode::kStretch, 64, 64);
  config.static_crop = {true, 0, 50, 0, 50};
  const Geometry origin = ComputeGeometry(config, {}, 100, 80);
  EXPECT_EQ(origin.map_width, 50);
  EXPECT_EQ(origin.map_height, 40);
  config.static_crop.x_min = 10;
  const Geometry inside = ComputeGeometry(config, {}, 100, 80);
  EXPECT_EQ(inside.map_width, 100);
  EXPECT_EQ(inside.map_x, 10);
  Overrides off;
  off.disable_static_crop = true;
  EXPECT_EQ(ComputeGeometry(config, off, 100, 80).crop.width, 100);
}

TEST(Geometry, NothingLeftOfAnImageIsAnErrorThatSaysWhy) {
  ModelConfig config = Config(ResizeMode::kStretch, 64, 64);
  config.static_crop = {true, 60, 40, 0, 100};
  EXPECT_THROW(ComputeGeometry(config, {}, 100, 100), Error);
  EXPECT_THROW(ComputeGeometry(Config(ResizeMode::kLetterbox, 64, 64), {}, 1, 200), Error);
}

TEST(LogitsWindow, RoundsHalfToEvenAsPython) {
  EXPECT_EQ(LogitsWindow(16, 64, 2, 6).start, 0);  // 0.5 → 0
  EXPECT_EQ(LogitsWindow(16, 64, 2, 6).end, 14);   // 1.5 → 2
  EXPECT_EQ(LogitsWindow(16, 64, -6, -2).start, -2);
  EXPECT_EQ(LogitsWindow(16, 64, -6, -2).end, 16);
}

TEST(FixedTaps, WeightsAreElevenBitsAndIndicesStayInside) {
  for (const int source : {1, 2, 7, 64, 1000}) {
    for (const int target : {1, 3, 64, 511}) {
      const FixedTaps taps = ComputeFixedTaps(source, target);
      ASSERT_EQ(taps.size(), target);
      for (int i = 0; i < target; ++i) {
        ASSERT_EQ(taps.first_weight[i] + taps.second_weight[i], 2048);
        ASSERT_TRUE(taps.first[i] >= 0 && taps.second[i] < source &&
                    taps.first[i] <= taps.second[i]);
      }
    }
  }
}

TEST(LinearTaps, WeightsSumToOneAndEveryReadIsInside) {
  for (const int in : {1, 2, 5, 64}) {
    for (const int target : {1, 2, 17, 64, 300}) {
      for (const int over : {0, 3, 40}) {
        const LinearTaps taps = ComputeLinearTaps(in, -over, in + over, target);
        ASSERT_LE(taps.taps, in);
        for (int o = 0; o < target; ++o) {
          ASSERT_GE(taps.start[o], 0);
          ASSERT_LE(taps.start[o] + taps.taps, in);
          float sum = taps.outer[o];
          for (int t = 0; t < taps.taps; ++t) sum += taps.weight(t, o);
          ASSERT_NEAR(sum, 1.0f, 1e-6f);
          ASSERT_TRUE(over > 0 || taps.outer[o] == 0);
        }
      }
    }
  }
}

TEST(LinearTaps, EnlargingIsHalfPixelBilinear) {
  const LinearTaps taps = ComputeLinearTaps(4, 0, 4, 8);
  EXPECT_EQ(taps.taps, 2);
  EXPECT_FALSE(taps.identity);
  EXPECT_FLOAT_EQ(taps.weight(0, 1), 0.75f);  // position 0.25
  EXPECT_FLOAT_EQ(taps.weight(1, 1), 0.25f);
  EXPECT_FLOAT_EQ(taps.weight(0, 0), 1.0f);  // clamped at the edge
}

TEST(LinearTaps, ShrinkingWidensTheTriangle) {
  const LinearTaps taps = ComputeLinearTaps(12, 0, 12, 4);
  EXPECT_EQ(taps.taps, 5);  // radius 3 around 4.5: pixels 2 … 6, whose centres are 2.5 … 6.5
  EXPECT_FLOAT_EQ(taps.weight(2, 1), 1.0f / 3);
}

TEST(LinearTaps, TheSameSizeIsTheIdentityEvenFromTheMiddle) {
  const LinearTaps taps = ComputeLinearTaps(10, 2, 8, 6);
  EXPECT_TRUE(taps.identity);
  EXPECT_EQ(taps.start[0], 2);
}

TEST(PlanCache, GivesTheSamePlanForTheSameShape) {
  PlanCache cache(Config(ResizeMode::kStretch, 64, 64));
  const auto first = cache.preprocess({}, 100, 50);
  EXPECT_EQ(cache.preprocess({}, 100, 50), first);
  EXPECT_NE(cache.preprocess({}, 101, 50), first);
  Overrides other;
  other.disable_grayscale = true;
  EXPECT_NE(cache.preprocess(other, 100, 50), first);
  for (int i = 0; i < 100; ++i) cache.preprocess({}, 200 + i, 50);
  EXPECT_EQ(cache.preprocess({}, 100, 50)->geometry.crop.width, 100);
}

}  // namespace
}  // namespace deeplab::plan
