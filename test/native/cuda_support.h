// Launches of the CUDA kernels on the host, in the memory of the test: what stands around them in
// the product is the driver's and the pipeline's.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "host_kernels.h"
#include "postprocess/launch_cuda.h"
#include "preprocess/launch_cuda.h"

namespace deeplab::testing_support {

inline unsigned Blocks(int size, int block) {
  return static_cast<unsigned>((size + block - 1) / block);
}

template <typename Parameter>
void Launch(const std::string& name, doubles::Dim3 grid, doubles::Dim3 block, size_t shared_bytes,
            const Parameter& parameter) {
  const doubles::HostKernel* const kernel = doubles::FindHostKernel(name);
  ASSERT_NE(kernel, nullptr) << name;
  ASSERT_EQ(kernel->parameter_sizes, std::vector<size_t>{sizeof parameter}) << name;
  ASSERT_LE(block.x * block.y * block.z, kernel->max_threads) << name;
  const void* const parameters[] = {&parameter};
  kernel->run(grid, block, shared_bytes, const_cast<void* const*>(parameters));
}

// A batch of images into `input`, `count` · 3 · height · width of the type.
inline void Preprocess(const std::vector<ImageView>& images,
                       const std::vector<plan::PreprocessPlan>& plans,
                       const plan::ModelConfig& config, DataType type, void* input) {
  std::vector<std::vector<int32_t>> taps;
  for (const auto& plan : plans) {
    taps.push_back(preprocess::PackTaps(plan.columns));
    taps.push_back(preprocess::PackTaps(plan.rows));
  }
  const std::vector<uint8_t> values = preprocess::PackValues(config, type);
  preprocess::CudaPreprocess batch{};
  for (size_t i = 0; i < images.size(); ++i) {
    batch.images[i] = preprocess::DescribeImage(images[i], plans[i], config, taps[2 * i].data(),
                                                taps[2 * i + 1].data(), values.data());
  }
  batch.input = input;
  batch.width = plans.front().geometry.input_width;
  batch.height = plans.front().geometry.input_height;
  Launch(type == DataType::kFloat32 ? preprocess::kCudaPreprocessFloat
                                    : preprocess::kCudaPreprocessHalf,
         {Blocks(batch.width, preprocess::kCudaBlockWidth),
          Blocks(batch.height, preprocess::kCudaBlockHeight), static_cast<unsigned>(images.size())},
         {preprocess::kCudaBlockWidth, preprocess::kCudaBlockHeight, 1}, 0, batch);
}

}  // namespace deeplab::testing_support
