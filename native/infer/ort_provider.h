// ONNX Runtime's execution providers that a network can be run by, and which of them a request
// gets: what it names, what the library offers and what this machine has.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cuda/device.h"
#include "infer/backend.h"
#include "infer/ort_library.h"

namespace deeplab::infer {

enum class OrtProvider { kCpu, kCuda, kTensorRt };

// As users write it and info() says it: "cpu", "cuda", "tensorrt".
const char* NameOf(OrtProvider provider) noexcept;

struct OrtChoice {
  OrtProvider provider = OrtProvider::kCpu;
  std::vector<std::shared_ptr<cuda::Device>> devices;  // none for the CPU
  std::string reason;                                  // why, for info()
};

// "auto" on "auto" is CUDA where the library offers it, it can be loaded and there is a device,
// else the CPU; TensorRT, which may build engines for minutes, is only taken where it is named.
// Throws Error{kOptionInvalid} for what contradicts itself, Error{kBackendUnavailable} for a
// provider and Error{kDeviceUnavailable} for a device that cannot be had.
OrtChoice ChooseOrtProvider(const OrtLibrary& library, const OpenRequest& request);

}  // namespace deeplab::infer
