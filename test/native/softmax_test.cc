// postprocess/: the exponential's error bound, the row kernel against its definition, channel ids.

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "postprocess/postprocess.h"
#include "postprocess/row_kernel.h"
#include "postprocess/softmax.h"

namespace deeplab::postprocess {
namespace {

TEST(ExpNonPositive, IsWithinTwoUnitsInTheLastPlace) {
  double worst = 0;
  for (float x = 0; x > -87.0f; x -= 0.000371f) {
    const double exact = std::exp(static_cast<double>(x));
    const float rounded = static_cast<float>(exact);
    const double unit = std::nextafter(rounded, std::numeric_limits<float>::infinity()) - rounded;
    worst = std::max(worst, std::fabs(ExpNonPositive(x) - exact) / unit);
  }
  EXPECT_LE(worst, 2.0);
  EXPECT_EQ(ExpNonPositive(0.0f), 1.0f);
  EXPECT_LT(ExpNonPositive(-1e30f), 1e-37f);
}

TEST(ExpNonPositive, SixteenAtOnceGiveTheBitsOfOne) {
  Floats many;
  for (int i = 0; i < kLanes; ++i) many[i] = -5.7f * static_cast<float>(i) - 0.013f;
  const Floats result = ExpNonPositive(many);
  for (int i = 0; i < kLanes; ++i) EXPECT_EQ(result[i], ExpNonPositive(many[i]));
}

TEST(Sigmoid, IsRightForEitherSign) {
  for (const float x : {-80.0f, -3.0f, -0.1f, 0.0f, 0.1f, 3.0f, 80.0f}) {
    EXPECT_NEAR(Sigmoid(x), 1.0 / (1.0 + std::exp(-static_cast<double>(x))), 1e-7);
  }
}

struct Row {
  std::vector<float> values;  // [channel][stride]
  std::vector<int32_t> channel;
  std::vector<float> confidence, probe, scratch;
};

Row Classify(std::vector<float> values, int channels, int width) {
  const size_t stride = (static_cast<size_t>(width) + kLanes - 1) / kLanes * kLanes;
  Row row{std::move(values), std::vector<int32_t>(stride), std::vector<float>(stride),
          std::vector<float>(stride), std::vector<float>(static_cast<size_t>(channels) * kLanes)};
  const float* rows[] = {row.values.data()};
  const float weight = 1;
  ClassifyRow({rows, &weight, 1, channels, stride, 0, width},
              {row.channel.data(), row.confidence.data(), row.probe.data()}, row.scratch.data());
  return row;
}

TEST(ClassifyRow, FindsTheLargestAndItsSoftmaxAtEveryWidth) {
  std::mt19937 random(7);
  std::normal_distribution<float> normal(0, 4);
  for (const int width : {1, 15, 16, 17, 33}) {
    for (const int channels : {2, 3, 21, 300}) {
      const size_t stride = (static_cast<size_t>(width) + kLanes - 1) / kLanes * kLanes;
      std::vector<float> values(stride * channels);
      for (float& value : values) value = normal(random);
      const Row row = Classify(values, channels, width);
      for (int x = 0; x < width; ++x) {
        int best = 0;
        double sum = 0;
        for (int k = 1; k < channels; ++k) {
          if (values[k * stride + x] > values[best * stride + x]) best = k;
        }
        for (int k = 0; k < channels; ++k) {
          sum += std::exp(static_cast<double>(values[k * stride + x]) - values[best * stride + x]);
        }
        ASSERT_EQ(row.channel[x], best);
        ASSERT_NEAR(row.confidence[x], 1 / sum, 2e-6);
        ASSERT_EQ(row.probe[x], 0.0f);
      }
    }
  }
}

TEST(ClassifyRow, TheFirstOfEqualsWinsAndNonFiniteIsSeen) {
  std::vector<float> values(3 * kLanes, 1.5f);
  values[kLanes + 4] = std::numeric_limits<float>::quiet_NaN();
  values[2 * kLanes + 5] = -std::numeric_limits<float>::infinity();
  const Row row = Classify(values, 3, kLanes);
  EXPECT_EQ(row.channel[0], 0);
  EXPECT_FLOAT_EQ(row.confidence[0], 1.0f / 3);
  EXPECT_EQ(row.probe[0], 0.0f);
  EXPECT_FALSE(row.probe[4] == 0.0f);
  EXPECT_FALSE(row.probe[5] == 0.0f);
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
