// A TensorRT engine's ends: names, element types, shapes and the sizes that it takes, checked.
#pragma once

#include <string>

#include "core/tensor.h"
#include "infer/trt_api_runtime.h"

namespace deeplab::infer {

// What one axis of the input may be: one number, or a range of the engine's optimization profile.
struct TrtRange {
  int64_t min = 1;
  int64_t max = 1;

  bool contains(int64_t extent) const noexcept { return extent >= min && extent <= max; }
  bool is_fixed() const noexcept { return min == max; }
};

struct TrtPorts {
  std::string input_name;
  std::string output_name;
  TensorSpec input;  // -1 where the profile has a range
  TensorSpec output;
  int32_t profile = 0;  // the one that takes the largest batches
  TrtRange batch, height, width;
};

// Throws Error{kPackageWeightsInvalid} unless there is one input [N,3,H,W] and one output
// [N,K,h,w], float32 or float16 each, on the device, in plain order. `path` is for the message.
TrtPorts ReadTrtPorts(const trt::ICudaEngine& engine, const std::string& path);

}  // namespace deeplab::infer
