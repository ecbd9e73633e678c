// The CUDA kernels' own source, run on the host, against the CPU's scalar level: the same bits.

#include <gtest/gtest.h>

#include <cstring>
#include <deque>
#include <random>

#include "cuda_support.h"
#include "picture.h"
#include "preprocess/preprocess.h"
#include "preprocess_support.h"

namespace deeplab {
namespace {

using plan::ModelConfig;
using plan::ResizeMode;

// A batch of pictures through both; every byte of the network's input.
void ExpectSame(const std::deque<Picture>& pictures, const ModelConfig& config, DataType type) {
  std::vector<ImageView> images;
  std::vector<plan::PreprocessPlan> plans;
  for (const Picture& picture : pictures) {
    images.push_back(picture.view());
    plans.push_back(
        plan::MakePreprocessPlan(config, {}, picture.view().width, picture.view().height));
  }
  const plan::Geometry& g = plans.front().geometry;
  const PlaneShape shape{3, g.input_height, g.input_width};
  const size_t bytes = shape.elements() * ByteSize(type);
  const GuardedBytes expected(bytes * pictures.size()), found(bytes * pictures.size());
  ThreadPool pool(1);
  for (size_t i = 0; i < pictures.size(); ++i) {
    preprocess::PreprocessCpu(images[i], plans[i], config,
                              {expected.data() + i * bytes, type, shape}, pool, SimdLevel::kScalar);
  }
  testing_support::Preprocess(images, plans, config, type, found.data());
  EXPECT_EQ(std::memcmp(expected.data(), found.data(), bytes * pictures.size()), 0)
      << pictures.size() << " pictures, the first " << images[0].width << "x" << images[0].height
      << " format " << static_cast<int>(images[0].format) << ", input " << g.input_width << "x"
      << g.input_height << " mode " << static_cast<int>(config.resize_mode) << " gray "
      << config.grayscale << " bgr " << config.network_bgr;
}

TEST(CudaPreprocess, IsTheScalarLevelForEveryFormatStrideAndSize) {
  const int sizes[][2] = {{1, 1}, {2, 1}, {1, 9}, {17, 9}, {48, 40}, {24, 20}, {70, 66}, {201, 61}};
  for (const auto& size : sizes) {
    for (const ColorFormat format : kEveryFormat) {
      for (const int flags : {0, 1, 2, 3}) {
        ModelConfig config = Network(24, 20);
        config.network_bgr = (flags & 1) != 0;
        config.grayscale = (flags & 2) != 0;
        std::deque<Picture> pictures;
        pictures.emplace_back(format, size[0], size[1], flags * 3, 1);
        ExpectSame(pictures, config, flags == 1 ? DataType::kFloat16 : DataType::kFloat32);
      }
    }
  }
}

TEST(CudaPreprocess, TakesABatchOfDifferentPicturesInOneLaunch) {
  std::mt19937 random(3);
  for (const ResizeMode mode :
       {ResizeMode::kStretch, ResizeMode::kLetterbox, ResizeMode::kCenterCrop}) {
    for (const DataType type : {DataType::kFloat32, DataType::kFloat16}) {
      ModelConfig config = Network(45, 37);
      config.resize_mode = mode;
      config.padding_value = 114;
      config.static_crop = {true, 7, 91, 3, 84};
      std::deque<Picture> pictures;
      for (int i = 0; i < preprocess::kCudaImages; ++i) {
        pictures.emplace_back(kEveryFormat[i % 6], 20 + static_cast<int>(random() % 120),
                              20 + static_cast<int>(random() % 90), static_cast<int>(random() % 5),
                              static_cast<uint32_t>(i));
      }
      ExpectSame(pictures, config, type);
    }
  }
}

TEST(CudaPreprocess, ConvertsNv12ByItsMatrixAndRangeFromOddPlacesOn) {
  for (const YuvMatrix matrix : {YuvMatrix::kBt601, YuvMatrix::kBt709}) {
    for (const YuvRange range : {YuvRange::kLimited, YuvRange::kFull}) {
      for (const int width : {31, 64}) {
        ModelConfig config = Network(width, 24);
        config.static_crop = {true, 5, 100, 5, 100};
        std::deque<Picture> pictures;
        pictures.emplace_back(ColorFormat::kNv12, 61, 43, 2, 9);
        pictures.front().view().matrix = matrix;
        pictures.front().view().range = range;
        ExpectSame(pictures, config, DataType::kFloat32);
      }
    }
  }
}

TEST(CudaPreprocess, LeavesPixelsOfTheNetworksOwnSizeAsTheyAre) {
  for (const ColorFormat format : kEveryFormat) {
    std::deque<Picture> pictures;
    pictures.emplace_back(format, 33, 18, 1, 4);
    ExpectSame(pictures, Network(33, 18), DataType::kFloat32);
    ExpectSame(pictures, Network(0, 0), DataType::kFloat32);  // takes any
  }
}

}  // namespace
}  // namespace deeplab
