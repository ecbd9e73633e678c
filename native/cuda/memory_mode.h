// How pixels and maps travel between host and device: the one place that decides it.
#pragma once

#include <string>

#include "cuda/device_traits.h"

namespace deeplab::cuda {

enum class MemoryMode {
  kCopied,   // pinned memory on the host, memory of the device, a copy each way
  kMapped,   // pinned memory of the host, read and written by kernels in place
  kManaged,  // memory that the driver moves, one address for both
};

// "copied", "mapped", "managed".
const char* NameOf(MemoryMode mode) noexcept;

// `wanted` is one of these names, or "auto". Throws Error{kOptionInvalid} where it is another
// text, or the device cannot do it.
MemoryMode ChooseMemoryMode(const DeviceTraits& traits, const std::string& wanted);

}  // namespace deeplab::cuda
