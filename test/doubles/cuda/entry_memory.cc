// Memory of the device, managed memory, and pinned memory of the host.
#include <algorithm>

#include "captures.h"
#include "entry.h"
#include "memory.h"
#include "pools.h"
#include "streams.h"

namespace deeplab::cuda {

using namespace doubles;

namespace {

// Counts against the device's memory.
CUresult Allocate(Call* call, MemoryKind kind, CUdeviceptr* at, size_t size) {
  const CUresult refused = RefuseInCapture(call);
  if (refused != CUDA_SUCCESS) return refused;
  if (at == nullptr || size == 0) return CUDA_ERROR_INVALID_VALUE;
  Device& device = call->current();
  if (size > device.total() - std::min(device.total(), device.used)) {
    return CUDA_ERROR_OUT_OF_MEMORY;
  }
  const auto range = AddMemory(kind, call->device, size);
  if (range == nullptr) return CUDA_ERROR_OUT_OF_MEMORY;
  device.used += size;
  CountAllocation(size);
  *at = DeviceAddress(*range);
  return CUDA_SUCCESS;
}

// The range of the host that `pointer` begins, or null.
std::shared_ptr<Range> HostRange(const void* pointer, MemoryKind kind) {
  auto range = FindAtBase(reinterpret_cast<uintptr_t>(pointer));
  return range != nullptr && range->kind == kind ? range : nullptr;
}

void AddPinned(State* state, const Range& range) {
  state->counters.pinned_bytes += range.size;
  ++state->counters.pinned_allocations;
}

CUresult Drop(Call* call, const std::shared_ptr<Range>& range, CUresult absent) {
  const CUresult refused = RefuseInCapture(call);
  if (refused != CUDA_SUCCESS) return refused;
  if (range == nullptr) return absent;
  call->state.counters.pinned_bytes -= range->size;
  Retire(range);
  return CUDA_SUCCESS;
}

bool OverlapsAny(const void* pointer, size_t size) {
  const auto first = reinterpret_cast<uintptr_t>(pointer);
  const auto& ranges = TheState().ranges;
  const auto next = ranges.lower_bound(first);
  if (next != ranges.end() && next->first - first < size) return true;
  return next != ranges.begin() && first - std::prev(next)->first < std::prev(next)->second->size;
}

}  // namespace

CUresult cuMemGetInfo_v2(size_t* free, size_t* total) {
  return ContextCall(__func__, [&](Call& call) {
    const Device& device = call.current();
    *total = device.total();
    *free = device.total() - std::min(device.total(), device.used);
    return CUDA_SUCCESS;
  });
}

CUresult cuMemAlloc_v2(CUdeviceptr* at, size_t size) {
  return ContextCall(__func__,
                     [&](Call& call) { return Allocate(&call, MemoryKind::kDevice, at, size); });
}

CUresult cuMemAllocManaged(CUdeviceptr* at, size_t size, unsigned flags) {
  return ContextCall(__func__, [&](Call& call) {
    if (flags != CU_MEM_ATTACH_GLOBAL && flags != CU_MEM_ATTACH_HOST) {
      return CUresult{CUDA_ERROR_INVALID_VALUE};
    }
    const CUresult result = Allocate(&call, MemoryKind::kManaged, at, size);
    if (result == CUDA_SUCCESS) FindAtBase(*at)->attached = static_cast<int>(flags);
    return result;
  });
}

// Does not wait: work that still uses the memory is at fault.
CUresult cuMemFree_v2(CUdeviceptr at) {
  return ContextCall(__func__, [&](Call& call) {
    if (at == 0) return CUresult{CUDA_SUCCESS};
    const CUresult refused = RefuseInCapture(&call);
    if (refused != CUDA_SUCCESS) return refused;
    const auto range = FindAtBase(reinterpret_cast<uintptr_t>(HostPointer(at)));
    if (range == nullptr || range->is_host() || range->freed || DeviceAddress(*range) != at) {
      return CUresult{CUDA_ERROR_INVALID_VALUE};
    }
    FreeDeviceRange(range);
    return CUresult{CUDA_SUCCESS};
  });
}

CUresult cuMemHostAlloc(void** at, size_t size, unsigned flags) {
  return ContextCall(__func__, [&](Call& call) {
    const CUresult refused = RefuseInCapture(&call);
    if (refused != CUDA_SUCCESS) return refused;
    if (at == nullptr || size == 0) return CUresult{CUDA_ERROR_INVALID_VALUE};
    const auto range = AddMemory(MemoryKind::kPinned, call.device, size);
    if (range == nullptr) return CUresult{CUDA_ERROR_OUT_OF_MEMORY};
    range->mapped = (flags & CU_MEMHOSTALLOC_DEVICEMAP) != 0;
    AddPinned(&call.state, *range);
    *at = reinterpret_cast<void*>(range->address);
    return CUresult{CUDA_SUCCESS};
  });
}

CUresult cuMemFreeHost(void* at) {
  return ContextCall(__func__, [&](Call& call) {
    return Drop(&call, HostRange(at, MemoryKind::kPinned), CUDA_ERROR_INVALID_VALUE);
  });
}

CUresult cuMemHostRegister_v2(void* at, size_t size, unsigned flags) {
  return ContextCall(__func__, [&](Call& call) {
    const CUresult refused = RefuseInCapture(&call);
    if (refused != CUDA_SUCCESS) return refused;
    if (at == nullptr || size == 0) return CUresult{CUDA_ERROR_INVALID_VALUE};
    if (OverlapsAny(at, size)) return CUresult{CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED};
    const auto range = AddRegistered(at, call.device, size);
    range->mapped = (flags & CU_MEMHOSTREGISTER_DEVICEMAP) != 0;
    AddPinned(&call.state, *range);
    return CUresult{CUDA_SUCCESS};
  });
}

CUresult cuMemHostUnregister(void* at) {
  return ContextCall(__func__, [&](Call& call) {
    return Drop(&call, HostRange(at, MemoryKind::kRegistered),
                CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED);
  });
}

CUresult cuMemHostGetDevicePointer_v2(CUdeviceptr* at, void* host, unsigned flags) {
  return ContextCall(__func__, [&](Call&) {
    bool overlaps = false;
    const auto range = FindPinned(host, 1, &overlaps);
    if (at == nullptr || flags != 0 || range == nullptr || !range->mapped) {
      return CUDA_ERROR_INVALID_VALUE;
    }
    *at = DeviceAddress(*range) + (reinterpret_cast<uintptr_t>(host) - range->address);
    return CUDA_SUCCESS;
  });
}

CUresult cuStreamAttachMemAsync(CUstream handle, CUdeviceptr at, size_t length, unsigned flags) {
  return ContextCall(__func__, [&](Call& call) {
    const auto stream = FindStream(&call, handle);
    if (stream == nullptr) return CUresult{CUDA_ERROR_INVALID_HANDLE};
    const auto range = FindAtBase(at);
    if (range == nullptr || range->kind != MemoryKind::kManaged ||
        (length != 0 && length != range->size) ||
        (flags != CU_MEM_ATTACH_GLOBAL && flags != CU_MEM_ATTACH_HOST &&
         flags != CU_MEM_ATTACH_SINGLE)) {
      return CUresult{CUDA_ERROR_INVALID_VALUE};
    }
    Stream* const owner = stream.get();
    return Submit(owner, {{[range, owner, flags] {
                            range->attached_stream = owner;
                            range->attached = static_cast<int>(flags);
                            return CUDA_SUCCESS;
                          }},
                          nullptr});
  });
}

}  // namespace deeplab::cuda
