// What an engine is built with and for: a TensorRT that can build, and a GPU that works.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/library_candidate.h"
#include "cuda/device.h"
#include "infer/engine_build.h"
#include "infer/trt_library.h"

namespace deeplab::infer {

struct TrtTarget {
  const TrtLibrary* library = nullptr;
  std::shared_ptr<cuda::Device> device;

  EngineTargetFacts facts() const;
};

// CUDA is tried first: without it TensorRT must not be asked for anything. Throws what
// FindEngineTarget() throws.
TrtTarget OpenTrtTarget(const std::vector<LibraryCandidate>& candidates, int ordinal);

}  // namespace deeplab::infer
