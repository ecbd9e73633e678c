// A network's ends: names, element types and shapes, read from ONNX Runtime and checked.
#pragma once

#include <string>
#include <vector>

#include "core/tensor.h"
#include "infer/ort_api.h"
#include "infer/ort_status.h"

namespace deeplab::infer {

struct OrtPort {
  std::string name;
  TensorSpec spec;
};

struct OrtPorts {
  OrtPort input;
  OrtPort output;
};

// Element type (ONNX Runtime's number) and extents of a tensor or of what a model says of one.
struct OrtShape {
  int32_t element = 0;
  std::vector<int64_t> dims;
};

// Throws Error{kPackageWeightsInvalid} unless there is one input [N,3,H,W] and one output
// [N,K,h,w], float32 or float16 each; any extent may be open. `path` is for the message.
OrtPorts ReadOrtPorts(const OrtApi& api, const OrtModelSession* session, const std::string& path);

OrtShape ReadOrtShape(const OrtApi& api, const OrtTensorInfo* info);

// "float32 [?, 3, 64, 64]"; extents below 0 are open.
std::string DescribeShape(const OrtShape& shape);

int32_t OrtElementType(DataType type) noexcept;

}  // namespace deeplab::infer
