// plan/head: a cut interpolation, and its union with the final resize, against the two done one
// after the other.

#include "plan/head.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/error.h"
#include "plan/plan.h"

namespace deeplab::plan {
namespace {

constexpr CoordinateMode kModes[] = {CoordinateMode::kAlignCorners, CoordinateMode::kHalfPixel,
                                     CoordinateMode::kPytorchHalfPixel,
                                     CoordinateMode::kAsymmetric};

HeadAxis Scaled(CoordinateMode mode, float scale) { return {mode, scale, 0}; }
HeadAxis Sized(CoordinateMode mode, int size) { return {mode, 0, size}; }

double Value(int index) { return std::sin(index * 1.7) * 3 + index % 3; }

std::vector<double> Ramp(int size) {
  std::vector<double> values;
  for (int i = 0; i < size; ++i) values.push_back(Value(i));
  return values;
}

// Σ taps + constant · outer.
double Apply(const LinearTaps& table, int index, const std::vector<double>& in, double constant) {
  double sum = constant * table.outer[index];
  for (int t = 0; t < table.taps; ++t) {
    sum += static_cast<double>(table.weight(t, index)) * in[table.start[index] + t];
  }
  return sum;
}

void ExpectReadsInside(const LinearTaps& table, int in_size) {
  ASSERT_LE(table.taps, in_size);
  for (int o = 0; o < table.size(); ++o) {
    ASSERT_GE(table.start[o], 0);
    ASSERT_LE(table.start[o] + table.taps, in_size);
  }
}

TEST(HeadOutputSize, IsStatedOrTheProductInFloat32) {
  const CoordinateMode mode = CoordinateMode::kHalfPixel;
  EXPECT_EQ(HeadOutputSize(Scaled(mode, 4), 20), 80);
  EXPECT_EQ(HeadOutputSize(Scaled(mode, 1.5f), 7), 10);  // 10.5
  EXPECT_EQ(HeadOutputSize(Scaled(mode, 0.7f), 10), 7);  // 6.9999999 in double, 7 in float32
  EXPECT_EQ(HeadOutputSize(Sized(mode, 33), 20), 33);
  EXPECT_THROW(HeadOutputSize(Scaled(mode, 0.01f), 20), Error);
  EXPECT_THROW(HeadOutputSize(Scaled(mode, 1e30f), 20), Error);
}

// Positions by hand, from the operator's definition.
TEST(HeadTaps, PutOutputsWhereTheCoordinateModeSays) {
  struct Case {
    HeadAxis axis;
    int in_size, index;
    double position;
  };
  const Case cases[] = {
      {Scaled(CoordinateMode::kAlignCorners, 4), 5, 7, 7 * 4 / 19.0},
      {Scaled(CoordinateMode::kHalfPixel, 4), 5, 7, 7.5 / 4 - 0.5},
      {Scaled(CoordinateMode::kHalfPixel, 4), 5, 0, 0},  // −0.375, clamped
      {Scaled(CoordinateMode::kHalfPixel, 4), 5, 19, 4},
      {Scaled(CoordinateMode::kPytorchHalfPixel, 2), 5, 3, 1.25},
      {Scaled(CoordinateMode::kAsymmetric, 4), 5, 7, 7 / 4.0},
      // The scale as stated, not 7 / 5: 1.5 · 5 = 7.5.
      {Scaled(CoordinateMode::kAsymmetric, 1.5f), 5, 4, 4 / 1.5},
      {Scaled(CoordinateMode::kHalfPixel, 1.5f), 5, 4, 4.5 / 1.5 - 0.5},
      {Sized(CoordinateMode::kAsymmetric, 7), 5, 4, 4 * 5 / 7.0},
      // One output: the first input, or the middle.
      {Sized(CoordinateMode::kAlignCorners, 1), 5, 0, 0},
      {Sized(CoordinateMode::kPytorchHalfPixel, 1), 5, 0, 0},
      {Sized(CoordinateMode::kHalfPixel, 1), 5, 0, 2},
      {Sized(CoordinateMode::kAsymmetric, 1), 5, 0, 0},
  };
  const std::vector<double> places = {0, 1, 2, 3, 4};
  for (const Case& c : cases) {
    const LinearTaps taps = ComputeHeadTaps(c.axis, c.in_size);
    EXPECT_NEAR(Apply(taps, c.index, places, 0), c.position, 1e-6)
        << static_cast<int>(c.axis.mode) << " at " << c.index;
  }
}

TEST(HeadTaps, OneInputIsCopiedToEveryOutput) {
  for (const CoordinateMode mode : kModes) {
    const LinearTaps taps = ComputeHeadTaps(Sized(mode, 6), 1);
    ASSERT_EQ(taps.size(), 6);
    EXPECT_EQ(taps.taps, 1);
    for (int o = 0; o < 6; ++o) EXPECT_EQ(taps.weight(0, o), 1.0f);
  }
}

TEST(HeadTaps, TheSameSizeIsTheIdentity) {
  for (const CoordinateMode mode : kModes) {
    EXPECT_TRUE(ComputeHeadTaps(Scaled(mode, 1), 9).identity);
    EXPECT_TRUE(ComputeHeadTaps(Sized(mode, 9), 9).identity);
  }
}

TEST(Compose, GivesWhatTheTwoResizesGiveOneAfterTheOther) {
  constexpr double kConstant = -5;
  int checked = 0;
  for (const CoordinateMode mode : kModes) {
    for (const HeadAxis& axis : {Scaled(mode, 4), Scaled(mode, 1.5f), Scaled(mode, 0.5f),
                                 Scaled(mode, 3.7f), Sized(mode, 1), Sized(mode, 31)}) {
      for (const int in : {2, 3, 16}) {
        const LinearTaps head = ComputeHeadTaps(axis, in);
        const std::vector<double> values = Ramp(in);
        std::vector<double> uncut;
        for (int o = 0; o < head.size(); ++o) uncut.push_back(Apply(head, o, values, 0));
        for (const int over : {-1, 0, 4}) {  // letterbox, none, center-crop
          if (head.size() <= -2 * over) continue;
          for (const int target : {1, 5, head.size(), 90}) {
            const LinearTaps final =
                ComputeLinearTaps(head.size(), -over, head.size() + over, target);
            const LinearTaps both = Compose(final, head, in);
            ASSERT_EQ(both.size(), target);
            ExpectReadsInside(both, in);
            ASSERT_EQ(both.any_outer, final.any_outer);
            for (int o = 0; o < target; ++o) {
              ASSERT_EQ(both.outer[o], final.outer[o]);
              ASSERT_NEAR(Apply(both, o, values, kConstant), Apply(final, o, uncut, kConstant),
                          2e-6);
              ++checked;
            }
          }
        }
      }
    }
  }
  EXPECT_GT(checked, 10000);
}

TEST(Compose, TwoIdentitiesAreOne) {
  const LinearTaps head = ComputeHeadTaps(Scaled(CoordinateMode::kHalfPixel, 1), 10);
  const LinearTaps both = Compose(ComputeLinearTaps(10, 2, 8, 6), head, 10);
  EXPECT_TRUE(both.identity);
  EXPECT_EQ(both.start[0], 2);
  const LinearTaps larger = ComputeHeadTaps(Scaled(CoordinateMode::kHalfPixel, 2), 5);
  EXPECT_FALSE(Compose(ComputeLinearTaps(10, 0, 10, 10), larger, 5).identity);
}

TEST(Compose, EnlargingTwiceNeedsThreeTapsAtMost) {
  const LinearTaps head = ComputeHeadTaps(Scaled(CoordinateMode::kAlignCorners, 4), 128);
  EXPECT_LE(Compose(ComputeLinearTaps(512, 0, 512, 1920), head, 128).taps, 3);
}

ModelConfig Letterbox() {
  ModelConfig config;
  config.resize_mode = ResizeMode::kLetterbox;
  config.input_width = config.input_height = 64;
  return config;
}

TEST(PostprocessPlan, PadsAreThoseOfTheWholeNetworksLogits) {
  ModelConfig config = Letterbox();
  const Geometry g = ComputeGeometry(config, {}, 160, 107);  // 11 rows above and below
  const PostprocessPlan whole = MakePostprocessPlan(g, config, 64, 64);
  config.head = {true, CoordinateMode::kAlignCorners, 4, 4, 0, 0};
  const PostprocessPlan cut = MakePostprocessPlan(g, config, 16, 16);
  EXPECT_EQ(cut.rows.size(), whole.rows.size());
  // The first row shows row 11 of 64, which lies at 11 · 15 / 63 of 16.
  std::vector<double> places;
  for (int i = 0; i < 16; ++i) places.push_back(i);
  EXPECT_NEAR(Apply(cut.rows, 0, places, 0), 11 * 15 / 63.0, 1e-5);
  ExpectReadsInside(cut.rows, 16);
  ExpectReadsInside(cut.columns, 16);
}

TEST(PostprocessPlan, RowsAndColumnsHaveTheirOwnScales) {
  ModelConfig config = Letterbox();
  config.resize_mode = ResizeMode::kStretch;
  config.head = {true, CoordinateMode::kHalfPixel, 2, 0, 0, 30};
  const Geometry g = ComputeGeometry(config, {}, 40, 30);
  const PostprocessPlan plan = MakePostprocessPlan(g, config, 20, 10);
  EXPECT_EQ(plan.columns.size(), 40);  // 20 · 2: the final resize is the identity
  EXPECT_FLOAT_EQ(plan.columns.weight(0, 1) + plan.columns.weight(1, 1), 1);
  EXPECT_EQ(plan.columns.taps, 2);
  EXPECT_EQ(plan.rows.taps, 2);  // 10 → 30, then the identity
}

}  // namespace
}  // namespace deeplab::plan
