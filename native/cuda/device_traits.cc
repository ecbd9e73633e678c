#include "cuda/device_traits.h"

#include <array>

#include "core/error.h"

namespace deeplab::cuda {
namespace {

void Require(const Driver& driver, CUresult result, const char* call) {
  if (result == CUDA_SUCCESS) return;
  throw Error(ErrorCode::kDeviceFailed, std::string("The GPU cannot be described: ") + call +
                                            " failed: " + driver.describe(result) + ".");
}

int Attribute(const Driver& driver, CUdevice device, int attribute) {
  int value = 0;
  const auto& entry = driver.api.DeviceGetAttribute;
  Require(driver, entry.call(&value, attribute, device), entry.name);
  return value;
}

std::string Name(const Driver& driver, CUdevice device) {
  std::array<char, 256> name{};
  const auto& entry = driver.api.DeviceGetName;
  Require(driver, entry.call(name.data(), static_cast<int>(name.size()) - 1, device), entry.name);
  return name.data();
}

// A virtual machine may hide it.
std::string BusId(const Driver& driver, CUdevice device) {
  std::array<char, 32> id{};
  const CUresult result =
      driver.api.DeviceGetPCIBusId.call(id.data(), static_cast<int>(id.size()) - 1, device);
  return result == CUDA_SUCCESS ? id.data() : "";
}

}  // namespace

std::string DeviceTraits::capability() const {
  return std::to_string(major) + "." + std::to_string(minor);
}

DeviceTraits ReadTraits(const Driver& driver, CUdevice device) {
  const auto value = [&](int attribute) { return Attribute(driver, device, attribute); };
  const auto flag = [&](int attribute) { return Attribute(driver, device, attribute) != 0; };
  DeviceTraits traits;
  traits.name = Name(driver, device);
  traits.bus_id = BusId(driver, device);
  traits.major = value(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR);
  traits.minor = value(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
  const auto& total = driver.api.DeviceTotalMem;
  Require(driver, total.call(&traits.total_memory, device), total.name);
  traits.multiprocessors = value(CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);
  traits.shared_memory_per_block = value(CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK);
  traits.shared_memory_per_block_optin =
      value(CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN);
  traits.is_integrated = flag(CU_DEVICE_ATTRIBUTE_INTEGRATED);
  traits.has_unified_addressing = flag(CU_DEVICE_ATTRIBUTE_UNIFIED_ADDRESSING);
  traits.has_memory_pools =
      driver.has_memory_pools() && flag(CU_DEVICE_ATTRIBUTE_MEMORY_POOLS_SUPPORTED);
  traits.can_map_host_memory = flag(CU_DEVICE_ATTRIBUTE_CAN_MAP_HOST_MEMORY);
  traits.can_register_host_memory = flag(CU_DEVICE_ATTRIBUTE_HOST_REGISTER_SUPPORTED);
  traits.has_managed_memory = flag(CU_DEVICE_ATTRIBUTE_MANAGED_MEMORY);
  traits.has_concurrent_managed_access = flag(CU_DEVICE_ATTRIBUTE_CONCURRENT_MANAGED_ACCESS);
  return traits;
}

bool IsSameKind(const DeviceTraits& a, const DeviceTraits& b) {
  return a.name == b.name && a.major == b.major && a.minor == b.minor &&
         a.multiprocessors == b.multiprocessors;
}

}  // namespace deeplab::cuda
