// ONNX Runtime on the CPU and on GPUs, as one entry of the registry.
#pragma once

#include <memory>
#include <vector>

#include "infer/backend.h"

namespace deeplab::infer {

// Opens the library if it can be; its version and path, or every place that was tried.
Availability ProbeOrt(const std::vector<LibraryCandidate>& candidates);

// Throws Error{kBackendUnavailable, kDeviceUnavailable, kOptionInvalid, kPackageWeightsInvalid},
// and those of devices.
std::unique_ptr<Session> OpenOrt(const OpenRequest& request);

}  // namespace deeplab::infer
