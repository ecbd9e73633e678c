// The GPUs that the double can be, with what product code may ask of them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace deeplab::doubles {

struct DeviceKind {
  const char* name;       // in DEEPLAB_DOUBLE_CUDA_DEVICES
  const char* full_name;  // as the driver says it
  int major, minor;       // compute capability
  bool is_integrated;     // shares its memory with the host
  size_t memory;
  int multiprocessors;
  int shared_optin;  // bytes of shared memory that a block may ask for
  int memory_clock_khz, memory_bus_bits;
};

// Kinds by comma-separated names ("T4,Orin"); empty where one is unknown, or there are none or more
// than two.
std::vector<DeviceKind> DeviceKinds(const std::string& names);

// The value of a CU_DEVICE_ATTRIBUTE_*; false where the double does not know it.
bool DeviceAttribute(const DeviceKind& kind, bool has_pools, int attribute, int* value);

}  // namespace deeplab::doubles
