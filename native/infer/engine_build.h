// Builds a TensorRT engine from an ONNX model and writes it to a file. Takes minutes and much
// memory, and runs code that may crash: callers give it a process of its own (lib/compile/).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/library_candidate.h"
#include "infer/engine_build_listener.h"
#include "infer/weights.h"

namespace deeplab::infer {

// What an engine is built with and for: it fits these, and may fit no other.
struct EngineTargetFacts {
  std::string library_version;     // of TensorRT, with its build: "10.3.0.26"
  std::string gpu;                 // "NVIDIA L4"
  std::string compute_capability;  // "8.9"
  std::string driver;              // "12.6": the CUDA that the driver brings
};

// Opens the library and the GPU. Throws Error{kBackendUnavailable} that says what is missing and
// where it was looked for, and {kDeviceUnavailable} where the GPU of this ordinal is what is.
EngineTargetFacts FindEngineTarget(const std::vector<LibraryCandidate>& candidates, int ordinal);

// What the network may be computed in, beside fp32. TensorRT chooses for each layer.
enum class EnginePrecision { kFp32, kFp16, kBf16 };

struct ImageSize {
  int height = 0;
  int width = 0;
};

struct EngineBuildRequest {
  // The ONNX file, or parts of it (see ReadWeights); external data is looked for beside it.
  std::string model_path;
  std::vector<WeightsPart> model_parts;
  // The model says itself which tensors are 8-bit integers (QuantizeLinear, DequantizeLinear).
  bool is_quantized = false;
  std::string plan_path;          // written whole or not at all
  std::string timing_cache_path;  // read, extended and written; empty: none
  std::vector<LibraryCandidate> candidates;
  int device = 0;  // ordinal
  EnginePrecision precision = EnginePrecision::kFp32;
  uint64_t workspace = 0;  // most bytes of scratch memory; 0: TensorRT's own limit, all there is
  // Least, best and most: of the batch where the model leaves it open, of the picture likewise
  // (0: not known, which is an error where the model asks).
  std::array<int, 3> batch{1, 1, 1};
  std::array<ImageSize, 3> size;
};

// What was built.
struct EngineBuildFacts {
  EngineTargetFacts target;
  std::vector<int64_t> input_dims;   // as the model has them, -1 where it leaves one open
  std::vector<int64_t> output_dims;  // likewise
  uint64_t plan_size = 0;
  std::string timing_cache;  // what became of it, one clause; empty where none was asked for
};

// Builds in the calling thread, and tells `listener` on the way, from threads of TensorRT's too.
// Throws Error{kEngineBuildFailed} with TensorRT's own words, {kAborted} where the listener said
// so, {kOptionInvalid} for what this GPU or model cannot do, and what FindEngineTarget() throws.
EngineBuildFacts BuildEngine(const EngineBuildRequest& request, EngineBuildListener& listener);

}  // namespace deeplab::infer
