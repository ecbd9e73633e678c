// An engine as a file: what was built, for what, and the network. A format of the double's own.
#pragma once

#include <NvInfer.h>

#include <array>
#include <string>
#include <vector>

#include "gpu.h"
#include "state.h"

namespace deeplab::doubles::trt {

using nvinfer1::DataType;
using nvinfer1::Dims;

struct Tensor {
  std::string name;
  bool is_input = false;
  DataType type = DataType::kFLOAT;          // at the engine's border
  DataType network_type = DataType::kFLOAT;  // in the network itself
  Dims dims{};                               // -1: dynamic
};

// The least, best and greatest shape of one input, by OptProfileSelector.
using ShapeRange = std::array<Dims, 3>;

enum class Rounding : uint32_t { kNone, kHalf, kBfloat };

struct Plan {
  Version version;
  ComputeCapability capability;
  bool ampere_plus = false;  // for every device of this capability or later
  bool host_code = false;    // brings a runtime of its own: a version compatible plan
  Rounding rounding = Rounding::kNone;
  BuildMode defect = BuildMode::kNormal;
  std::string name;
  std::vector<Tensor> tensors;                    // inputs first
  std::vector<std::vector<ShapeRange>> profiles;  // of each, one range an input
  std::string onnx;                               // complete: without files beside it
};

std::string WritePlan(const Plan& plan);

// False where TensorRT of this version does not read it on this device: why is in the log.
bool ReadPlan(const void* bytes, size_t size, const Version& own, const ComputeCapability& device,
              bool host_code_allowed, Plan* plan);

bool SameDims(const Dims& a, const Dims& b);
bool IsStatic(const Dims& dims);
std::string DimsText(const Dims& dims);  // "[1,3,512,512]"
int64_t ElementCount(const Dims& dims);

}  // namespace deeplab::doubles::trt
