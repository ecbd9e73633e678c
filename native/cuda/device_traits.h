// What a device is and can do, as the driver says: read once, plain data.
#pragma once

#include <cstddef>
#include <string>

#include "cuda/driver.h"

namespace deeplab::cuda {

struct DeviceTraits {
  std::string name;    // "NVIDIA L4"
  std::string bus_id;  // "0000:01:00.0"; empty where the driver does not tell
  int major = 0;       // of the compute capability
  int minor = 0;
  size_t total_memory = 0;
  int multiprocessors = 0;
  int shared_memory_per_block = 0;        // that every kernel may have
  int shared_memory_per_block_optin = 0;  // … that one may ask for
  bool is_integrated = false;             // the device's memory is the host's
  bool has_unified_addressing = false;
  bool has_memory_pools = false;  // the device and the driver: stream-ordered allocation
  bool can_map_host_memory = false;
  bool can_register_host_memory = false;
  bool has_managed_memory = false;
  bool has_concurrent_managed_access = false;  // host and device at the same time

  // "8.9".
  std::string capability() const;
};

// Any thread; needs no context. Throws Error{kDeviceFailed}.
DeviceTraits ReadTraits(const Driver& driver, CUdevice device);

// Whether slots of one model may be spread over both: the same kind of GPU.
bool IsSameKind(const DeviceTraits& a, const DeviceTraits& b);

}  // namespace deeplab::cuda
