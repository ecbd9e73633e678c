// The driver's functions as the library exports them, declared by the product's own table: a
// definition with another signature does not compile.
#pragma once

#include "calls.h"

namespace deeplab::cuda {

#define DEEPLAB_DOUBLE_DECLARE(member, symbol, parameters) \
  extern "C" __attribute__((visibility("default"))) CUresult symbol parameters;
DEEPLAB_CUDA_FUNCTIONS(DEEPLAB_DOUBLE_DECLARE)
DEEPLAB_CUDA_OPTIONAL_FUNCTIONS(DEEPLAB_DOUBLE_DECLARE)
#undef DEEPLAB_DOUBLE_DECLARE

}  // namespace deeplab::cuda
