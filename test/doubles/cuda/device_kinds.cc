#include "device_kinds.h"

#include <map>
#include <sstream>

#include "cuda/driver_api.h"

namespace deeplab::doubles {
namespace {

constexpr size_t kGiB = size_t{1} << 30;

constexpr DeviceKind kKinds[] = {
    {"T4", "Tesla T4", 7, 5, false, 15 * kGiB, 40, 64 << 10, 5001000, 256},
    {"A100", "NVIDIA A100-SXM4-40GB", 8, 0, false, 40 * kGiB, 108, 163 << 10, 1215000, 5120},
    {"L4", "NVIDIA L4", 8, 9, false, 22 * kGiB, 58, 99 << 10, 6251000, 192},
    {"H100", "NVIDIA H100 80GB HBM3", 9, 0, false, 80 * kGiB, 132, 227 << 10, 2619000, 5120},
    {"Orin", "Orin", 8, 7, true, 30 * kGiB, 16, 163 << 10, 1300000, 128},
    {"OrinNano", "Orin", 8, 7, true, 7 * kGiB, 8, 163 << 10, 1020000, 128},
};

}  // namespace

std::vector<DeviceKind> DeviceKinds(const std::string& names) {
  std::vector<DeviceKind> found;
  std::istringstream list(names);
  for (std::string name; std::getline(list, name, ',');) {
    const size_t before = found.size();
    for (const DeviceKind& kind : kKinds) {
      if (name == kind.name) found.push_back(kind);
    }
    if (found.size() == before) return {};
  }
  return found.size() <= 2 ? found : std::vector<DeviceKind>{};
}

bool DeviceAttribute(const DeviceKind& kind, bool has_pools, int attribute, int* value) {
  using namespace cuda;
  const std::map<int, int> values = {
      {CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK, 1024},
      {CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_X, 1024},
      {CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Y, 1024},
      {CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Z, 64},
      {CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_X, 0x7fffffff},
      {CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Y, 65535},
      {CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Z, 65535},
      {CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK, 48 << 10},
      {CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, kind.multiprocessors},
      {CU_DEVICE_ATTRIBUTE_INTEGRATED, kind.is_integrated},
      {CU_DEVICE_ATTRIBUTE_CAN_MAP_HOST_MEMORY, 1},
      {CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE, kind.memory_clock_khz},
      {CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH, kind.memory_bus_bits},
      {CU_DEVICE_ATTRIBUTE_UNIFIED_ADDRESSING, 1},
      {CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, kind.major},
      {CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, kind.minor},
      {CU_DEVICE_ATTRIBUTE_MANAGED_MEMORY, 1},
      {CU_DEVICE_ATTRIBUTE_CONCURRENT_MANAGED_ACCESS, !kind.is_integrated},
      {CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN, kind.shared_optin},
      {CU_DEVICE_ATTRIBUTE_HOST_REGISTER_SUPPORTED, 1},
      {CU_DEVICE_ATTRIBUTE_MEMORY_POOLS_SUPPORTED, has_pools},
  };
  const auto found = values.find(attribute);
  if (found == values.end()) return false;
  *value = found->second;
  return true;
}

}  // namespace deeplab::doubles
