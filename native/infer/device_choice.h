// Which GPUs a request means: the driver found and the devices opened, for every backend that runs
// on them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cuda/device.h"
#include "infer/backend.h"

namespace deeplab::infer {

// "auto" is the first device, "cuda:*" all of the first one's kind; never empty. `backend` is for
// messages. Throws Error{kDeviceUnavailable} for the CPU, and where there is no driver or no such
// device, with every place that was looked at.
std::vector<std::shared_ptr<cuda::Device>> OpenDevices(const OpenRequest& request,
                                                       const std::string& backend);

// Of all of them, for info(): "cuda:0", or "cuda:0, cuda:1".
std::string NamesOf(const std::vector<std::shared_ptr<cuda::Device>>& devices);

// How a session's slots exchange pixels and maps with the host. Sets the pinned memory's limit.
// Throws Error{kOptionInvalid}.
Exchange ExchangeOf(const std::vector<std::shared_ptr<cuda::Device>>& devices,
                    const DeviceOptions& options);

// What info() says of a device and of a model's memory on it.
DeviceUse UseOf(const cuda::DeviceMemory& memory, const Exchange& exchange);

}  // namespace deeplab::infer
