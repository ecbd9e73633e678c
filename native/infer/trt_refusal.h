// What TensorRT's log says about a plan that it does not take, as an error of ours.
#pragma once

#include <cstddef>
#include <string>

#include "core/error.h"

namespace deeplab::infer {

struct RefusedPlan {
  std::string path;
  std::string library;  // "10.3.0.26"
  std::string device;   // "cuda:0 (NVIDIA L4)"
  std::string log;      // TensorRT's own words
};

// Whether TensorRT's log says that the GPU's memory did not suffice.
bool SaysOutOfMemory(const std::string& log);
// How many bytes it says were asked for then; 0: it does not.
size_t RequestedBytes(const std::string& log);

// kEngineDeviceMismatch or kEngineVersionMismatch with what was found and what is needed, as far as
// the log tells; else kEngineInvalid.
Error ExplainRefusal(const RefusedPlan& plan);

}  // namespace deeplab::infer
