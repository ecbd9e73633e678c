// Stream-ordered memory pools. A device's time decides what is there: memory before its allocation
// was reached, or after its free was, is not.
#include "captures.h"
#include "entry.h"
#include "memory.h"
#include "pools.h"
#include "streams.h"

namespace deeplab::cuda {

using namespace doubles;

namespace {

// `body` with the pool of the handle.
template <typename Body>
CUresult OfPool(const char* function, CUmemoryPool handle, const Body& body) {
  return ContextCall(function, [&](Call& call) -> CUresult {
    if (!call.state.has_pools) return CUDA_ERROR_NOT_SUPPORTED;
    const auto pool = call.state.pools.find(handle);
    return pool != nullptr ? body(call, pool) : CUDA_ERROR_INVALID_VALUE;
  });
}

bool IsValid(const CUmemPoolProps& props, size_t devices) {
  return props.allocType == CU_MEM_ALLOCATION_TYPE_PINNED &&
         props.location.type == CU_MEM_LOCATION_TYPE_DEVICE &&
         static_cast<size_t>(props.location.id) < devices && props.handleTypes == 0;
}

}  // namespace

CUresult cuMemPoolCreate(CUmemoryPool* handle, const CUmemPoolProps* props) {
  return ContextCall(__func__, [&](Call& call) {
    if (!call.state.has_pools) return CUDA_ERROR_NOT_SUPPORTED;
    if (handle == nullptr || props == nullptr || !IsValid(*props, call.state.devices.size())) {
      return CUDA_ERROR_INVALID_VALUE;
    }
    auto pool = std::make_shared<Pool>();
    pool->device = props->location.id;
    pool->limit = props->maxSize;
    *handle = call.state.pools.add(std::move(pool));
    return CUDA_SUCCESS;
  });
}

CUresult cuMemPoolDestroy(CUmemoryPool handle) {
  return OfPool(__func__, handle, [&](Call& call, const std::shared_ptr<Pool>& pool) {
    pool->destroyed = true;
    Trim(pool.get(), 0);
    call.state.pools.erase(handle);
    return CUDA_SUCCESS;
  });
}

CUresult cuMemPoolGetAttribute(CUmemoryPool handle, int attribute, void* value) {
  return OfPool(__func__, handle, [&](Call&, const std::shared_ptr<Pool>& pool) {
    auto& out = *static_cast<uint64_t*>(value);
    switch (attribute) {
      case CU_MEMPOOL_ATTR_RELEASE_THRESHOLD:
        out = pool->threshold;
        return CUDA_SUCCESS;
      case CU_MEMPOOL_ATTR_RESERVED_MEM_CURRENT:
        out = pool->reserved;
        return CUDA_SUCCESS;
      case CU_MEMPOOL_ATTR_USED_MEM_CURRENT:
        out = pool->used;
        return CUDA_SUCCESS;
      default:
        return CUDA_ERROR_INVALID_VALUE;
    }
  });
}

CUresult cuMemPoolSetAttribute(CUmemoryPool handle, int attribute, void* value) {
  return OfPool(__func__, handle, [&](Call&, const std::shared_ptr<Pool>& pool) {
    if (attribute != CU_MEMPOOL_ATTR_RELEASE_THRESHOLD) return CUDA_ERROR_INVALID_VALUE;
    pool->threshold = *static_cast<const uint64_t*>(value);
    return CUDA_SUCCESS;
  });
}

CUresult cuMemPoolTrimTo(CUmemoryPool handle, size_t keep) {
  return OfPool(__func__, handle, [&](Call&, const std::shared_ptr<Pool>& pool) {
    Trim(pool.get(), keep);
    return CUDA_SUCCESS;
  });
}

CUresult cuMemAllocFromPoolAsync(CUdeviceptr* at, size_t size, CUmemoryPool handle,
                                 CUstream stream_handle) {
  return OfPool(__func__, handle, [&](Call& call, const std::shared_ptr<Pool>& pool) -> CUresult {
    const auto stream = FindStream(&call, stream_handle);
    if (stream == nullptr) return CUDA_ERROR_INVALID_HANDLE;
    const CUresult refused = RefuseInCapture(&call);
    if (refused != CUDA_SUCCESS) return refused;
    if (at == nullptr || size == 0 || pool->device != call.device) {
      return CUDA_ERROR_INVALID_VALUE;
    }
    if (!Take(pool.get(), size)) return CUDA_ERROR_OUT_OF_MEMORY;
    const auto range = AddMemory(MemoryKind::kPooled, call.device, size);
    if (range == nullptr) {
      pool->used -= size;
      return CUDA_ERROR_OUT_OF_MEMORY;
    }
    range->pool = pool;
    range->born = false;
    CountAllocation(size);
    *at = DeviceAddress(*range);
    Push(stream.get(), {[range] {
                          range->born = true;
                          return CUDA_SUCCESS;
                        },
                        true});
    return CUDA_SUCCESS;
  });
}

CUresult cuMemFreeAsync(CUdeviceptr at, CUstream stream_handle) {
  return ContextCall(__func__, [&](Call& call) -> CUresult {
    const auto stream = FindStream(&call, stream_handle);
    if (stream == nullptr) return CUDA_ERROR_INVALID_HANDLE;
    const CUresult refused = RefuseInCapture(&call);
    if (refused != CUDA_SUCCESS) return refused;
    const auto range = FindAtBase(reinterpret_cast<uintptr_t>(HostPointer(at)));
    if (range == nullptr || range->pool == nullptr || range->freed) {
      return CUDA_ERROR_INVALID_VALUE;
    }
    range->freed = true;
    Push(stream.get(), {[range] {
                          const Lock lock(TheState().mutex);
                          if (range->live) FreeDeviceRange(range);
                          return CUDA_SUCCESS;
                        },
                        true});
    return CUDA_SUCCESS;
  });
}

}  // namespace deeplab::cuda
