#include "pools.h"

#include <algorithm>

#include "memory.h"

namespace deeplab::doubles {
namespace {

Device& DeviceOf(int device) { return TheState().devices[static_cast<size_t>(device)]; }

}  // namespace

void CountAllocation(size_t size) {
  auto& counters = TheState().counters;
  ++counters.device_allocations;
  counters.device_bytes += size;
  counters.peak_device_bytes = std::max(counters.peak_device_bytes, counters.device_bytes);
}

void FreeDeviceRange(const std::shared_ptr<Range>& range) {
  TheState().counters.device_bytes -= range->size;
  if (range->pool == nullptr) {
    DeviceOf(range->device).used -= range->size;
  } else {
    range->pool->used -= range->size;
    if (range->pool->destroyed) Trim(range->pool.get(), 0);
  }
  Retire(range);
}

bool Take(Pool* pool, size_t size) {
  Device& device = DeviceOf(pool->device);
  const size_t needed = pool->used + size;
  const size_t more = needed > pool->reserved ? needed - pool->reserved : 0;
  const size_t free = device.total() - std::min(device.total(), device.used);
  if (more > free || (pool->limit != 0 && needed > pool->limit)) return false;
  device.used += more;
  pool->reserved += more;
  pool->used = needed;
  return true;
}

void Trim(Pool* pool, size_t keep) {
  const size_t kept = std::max(pool->used, std::min(pool->reserved, keep));
  DeviceOf(pool->device).used -= pool->reserved - kept;
  pool->reserved = kept;
}

void TrimAfterWait(int device) {
  for (const auto& [handle, pool] : TheState().pools.all()) {
    if (pool->device == device) Trim(pool.get(), pool->threshold);
  }
}

}  // namespace deeplab::doubles
