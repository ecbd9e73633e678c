// Pre-processing against a plain reference: every instruction set, format, way of resizing.
#include "preprocess/preprocess.h"
#include "preprocess_support.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "core/half.h"
#include "core/memory.h"
#include "picture.h"
#include "preprocess/normalize.h"

namespace deeplab {
namespace {

using plan::ModelConfig;
using plan::PreprocessPlan;
using plan::ResizeMode;

// The 8-bit value of the used part that the network's channel gets, before anything is resized.
int Source(const Picture& picture, const PreprocessPlan& plan, const ModelConfig& config, int x,
           int y, int channel) {
  const plan::Geometry& g = plan.geometry;
  const Rgb rgb = picture.at(g.crop.x + g.used.x + x, g.crop.y + g.used.y + y);
  if (plan.grayscale && picture.view().format != ColorFormat::kGray) {
    return (rgb.red * 9798 + rgb.green * 19235 + rgb.blue * 3735 + 16384) / 32768;
  }
  const int values[] = {rgb.red, rgb.green, rgb.blue};
  return values[config.network_bgr ? 2 - channel : channel];
}

// OpenCV's bilinear value, straight from its definition.
int Resized(const Picture& picture, const PreprocessPlan& plan, const ModelConfig& config, int x,
            int y, int channel) {
  const auto along = [&](int row) {
    const int left = Source(picture, plan, config, plan.columns.first[x], row, channel);
    const int right = Source(picture, plan, config, plan.columns.second[x], row, channel);
    return left * plan.columns.first_weight[x] + right * plan.columns.second_weight[x];
  };
  const int upper = (along(plan.rows.first[y]) >> 4) * plan.rows.first_weight[y];
  const int lower = (along(plan.rows.second[y]) >> 4) * plan.rows.second_weight[y];
  return ((upper >> 16) + (lower >> 16) + 2) >> 2;
}

float Expected(const Picture& picture, const PreprocessPlan& plan, const ModelConfig& config, int x,
               int y, int channel) {
  const plan::Rect& placed = plan.geometry.placed;
  x -= placed.x;
  y -= placed.y;
  const bool inside = x >= 0 && y >= 0 && x < placed.width && y < placed.height;
  const int canvas = config.resize_mode == ResizeMode::kLetterbox ? config.padding_value : 0;
  const int value = inside ? Resized(picture, plan, config, x, y, channel) : canvas;
  const float scaled = static_cast<float>(value) / config.scaling_factor;
  return (scaled - config.mean[channel]) / config.std[channel];
}

// Every value of the network's input, as bits; 0 where all are as expected, else how many are not.
int WrongValues(const Picture& picture, const ModelConfig& config, DataType type, SimdLevel level) {
  const ImageView& view = picture.view();
  const PreprocessPlan plan = plan::MakePreprocessPlan(config, {}, view.width, view.height);
  const PlaneShape shape{3, plan.geometry.input_height, plan.geometry.input_width};
  const GuardedBytes target(shape.elements() * ByteSize(type));
  ThreadPool pool(3);
  preprocess::PreprocessCpu(view, plan, config, {target.data(), type, shape}, pool, level);
  int wrong = 0;
  size_t i = 0;
  for (int c = 0; c < 3; ++c) {
    for (int y = 0; y < shape.height; ++y) {
      for (int x = 0; x < shape.width; ++x, ++i) {
        const float value = Expected(picture, plan, config, x, y, c);
        const uint16_t half = FloatToHalf(value);
        const size_t size = ByteSize(type);
        const void* bits = size == 4 ? static_cast<const void*>(&value) : &half;
        wrong += std::memcmp(target.data() + i * size, bits, size) != 0;
      }
    }
  }
  return wrong;
}

// The four kinds of network that a format is tried with.
std::vector<ModelConfig> Networks(int width, int height) {
  std::vector<ModelConfig> list;
  for (const bool bgr : {false, true}) {
    for (const bool gray : {false, true}) {
      ModelConfig config = Network(width, height);
      config.network_bgr = bgr;
      config.grayscale = gray;
      list.push_back(config);
    }
  }
  return list;
}

class PreprocessAt : public testing::TestWithParam<SimdLevel> {
 protected:
  void check(const Picture& picture, const ModelConfig& config,
             DataType type = DataType::kFloat32) const {
    const ImageView& v = picture.view();
    EXPECT_EQ(WrongValues(picture, config, type, GetParam()), 0)
        << v.width << "x" << v.height << " stride " << v.stride << " format "
        << static_cast<int>(v.format) << " input " << config.input_width << "x"
        << config.input_height << " mode " << static_cast<int>(config.resize_mode) << " gray "
        << config.grayscale << " bgr " << config.network_bgr;
  }
};

INSTANTIATE_TEST_SUITE_P(Level, PreprocessAt, testing::ValuesIn(UsableSimdLevels()),
                         [](const auto& with) { return std::string(Name(with.param)); });

TEST_P(PreprocessAt, ResizesEveryFormatAndStride) {
  const int sizes[][2] = {{1, 1},   {2, 1},   {1, 9},   {3, 2},   {5, 5},   {17, 9},
                          {48, 40}, {63, 31}, {24, 20}, {70, 66}, {130, 3}, {201, 61}};
  for (const auto& size : sizes) {
    for (const ColorFormat format : kEveryFormat) {
      for (const int padding : {0, 7}) {
        const Picture picture(format, size[0], size[1], padding, 1);
        for (const ModelConfig& config : Networks(24, 20)) check(picture, config);
      }
    }
  }
}

TEST_P(PreprocessAt, EnlargesRowsLongerThanABlock) {
  for (const ColorFormat format : kEveryFormat) {
    const Picture picture(format, 33, 17, 1, 2);
    for (const ModelConfig& config : Networks(131, 65)) check(picture, config);
  }
}

TEST_P(PreprocessAt, TakesPixelsAsTheyAreWhereNothingIsResized) {
  const int sizes[][2] = {{1, 1}, {3, 1}, {31, 5}, {64, 6}, {129, 7}};
  for (const auto& size : sizes) {
    for (const ColorFormat format : kEveryFormat) {
      const Picture picture(format, size[0], size[1], 3, 3);
      for (const ModelConfig& config : Networks(0, 0)) check(picture, config);
    }
  }
}

TEST_P(PreprocessAt, ResizesOneAxisOnly) {
  for (const ColorFormat format : kEveryFormat) {
    const Picture picture(format, 24, 20, 0, 4);
    check(picture, Network(24, 33));
    check(picture, Network(50, 20));
  }
}

TEST_P(PreprocessAt, CropsAtOddPlacesAndFillsTheCanvas) {
  for (const ResizeMode mode : {ResizeMode::kLetterbox, ResizeMode::kCenterCrop}) {
    for (const ColorFormat format : kEveryFormat) {
      for (ModelConfig config : Networks(31, 24)) {
        config.resize_mode = mode;
        config.padding_value = 114;
        config.static_crop = {true, 7, 93, 11, 88};
        check(Picture(format, 91, 43, 2, 5), config);  // crops from 6, 4
        check(Picture(format, 99, 47, 0, 6), config);
        check(Picture(format, 19, 75, 5, 7), config);
      }
    }
  }
}

TEST_P(PreprocessAt, ConvertsNv12ByItsMatrixAndRange) {
  for (const YuvMatrix matrix : {YuvMatrix::kBt601, YuvMatrix::kBt709}) {
    for (const YuvRange range : {YuvRange::kLimited, YuvRange::kFull}) {
      Picture picture(ColorFormat::kNv12, 67, 51, 3, 8);
      picture.view().matrix = matrix;
      picture.view().range = range;
      for (const int side : {0, 40}) check(picture, Network(side, side));
    }
  }
}

TEST_P(PreprocessAt, WritesHalfPrecision) {
  const Picture picture(ColorFormat::kBgr, 57, 44, 0, 9);
  for (const int side : {0, 37}) check(picture, Network(side, side), DataType::kFloat16);
  ModelConfig tiny = Network(37, 37);  // subnormal halves, and some that round to zero
  tiny.scaling_factor = 1e7f;
  tiny.mean = {0, 1e-6f, 0};
  tiny.std = {1, 1, 30};
  check(picture, tiny, DataType::kFloat16);
  ModelConfig huge = Network(37, 37);  // infinities
  huge.scaling_factor = 0.001f;
  check(picture, huge, DataType::kFloat16);
}

// 1e-40 has no reciprocal in float32, 0 none at all, and 3 · 2^-140 one that is not exact: values
// must come from the table then, infinities and NaNs as the definition has them.
TEST_P(PreprocessAt, NormalisesWhereReciprocalsFail) {
  const Picture picture(ColorFormat::kRgb, 21, 16, 0, 10);
  for (const float scale : {1e-40f, 3e-38f, 2.1523e-42f, 3e38f, 0.0f, -255.0f, 1.0f, 127.5f}) {
    ModelConfig config = Network(24, 20);
    config.scaling_factor = scale;
    config.mean = {0, 0.5f, -3e38f};
    config.std = {1, -0.25f, 1e-38f};
    check(picture, config);
    check(picture, config, DataType::kFloat16);
  }
}

// What needs fused multiply-adds, so not at the scalar level.
TEST(Preprocess, ComputesTheUsualNormalisationsInsteadOfLookingThemUp) {
  std::vector<uint8_t> bytes(256);
  for (int v = 0; v < 256; ++v) bytes[v] = static_cast<uint8_t>(v);
  std::vector<float> values(256);
  for (const SimdLevel level : UsableSimdLevels()) {
    if (level == SimdLevel::kScalar) continue;
    for (const float scale : {1.0f, 127.5f, 255.0f}) {
      ModelConfig config = Network(1, 1);
      config.scaling_factor = scale;
      for (int c = 0; c < 3; ++c) {
        const preprocess::Normalization by{scale, 1 / scale, config.mean[c], config.std[c],
                                           1 / config.std[c]};
        preprocess::PixelKernelsOf(level).normalize_float(bytes.data(), 256, by, values.data());
        for (int v = 0; v < 256; ++v) {
          EXPECT_EQ(values[v], preprocess::Normalize(static_cast<float>(v), config, c));
        }
      }
    }
  }
}

TEST(Preprocess, NeedsNoMoreMemoryOnceWarm) {
  const Picture picture(ColorFormat::kNv12, 640, 480, 0, 11);
  const ModelConfig config = Network(256, 256);
  const PreprocessPlan plan = plan::MakePreprocessPlan(config, {}, 640, 480);
  std::vector<float> values(3 * 256 * 256);
  const MutablePlanes target{values.data(), DataType::kFloat32, {3, 256, 256}};
  ThreadPool pool(1);
  const auto run = [&] { preprocess::PreprocessCpu(picture.view(), plan, config, target, pool); };
  run();
  const BufferPool::Stats before = BufferPool::Instance().stats();
  for (int i = 0; i < 5; ++i) run();
  const BufferPool::Stats after = BufferPool::Instance().stats();
  EXPECT_EQ(after.used_bytes, before.used_bytes);
  EXPECT_EQ(after.idle_bytes, before.idle_bytes);
}

}  // namespace
}  // namespace deeplab
