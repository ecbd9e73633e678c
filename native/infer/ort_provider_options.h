// What ONNX Runtime's providers for GPUs are told: our stream, our defaults, and the user's own
// options, which go before the defaults.
#pragma once

#include <cstddef>
#include <string>

#include "infer/backend.h"
#include "infer/ort_library.h"
#include "infer/ort_provider.h"

namespace deeplab::infer {

struct OrtProviderSettings {
  int device = 0;
  void* stream = nullptr;     // all of the session's work goes there
  size_t memory_limit = 0;    // of ONNX Runtime's own memory; 0: none
  std::string engine_folder;  // for this very network; empty: engines are not kept
  std::string timing_folder;  // for every network; empty likewise
};

// Bytes that the user allows ONNX Runtime's own memory ("gpu_mem_limit"); 0 where it says nothing.
// Throws Error{kOptionInvalid}.
size_t OrtMemoryLimitOf(const OpenRequest& request);

// Adds the provider to a session: TensorRT with CUDA behind it, which takes the nodes that TensorRT
// leaves. The user's "trt_…" options are TensorRT's then, all others CUDA's. Throws
// Error{kOptionInvalid} with ONNX Runtime's own words for an option that it does not take and for
// one that is not the user's to set, Error{kBackendUnavailable} where the provider cannot be
// loaded.
void AppendOrtProviders(const OrtLibrary& library, OrtSessionOptions* target, OrtProvider provider,
                        const OpenRequest& request, const OrtProviderSettings& settings);

// What ONNX Runtime says where it cannot load its CUDA provider; empty where it can.
std::string CudaProviderFailure(const OrtLibrary& library);

}  // namespace deeplab::infer
