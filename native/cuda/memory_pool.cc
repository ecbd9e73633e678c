#include "cuda/memory_pool.h"

#include "cuda/device.h"

namespace deeplab::cuda {

// What is not in use goes back to the device with the next wait (a release threshold of 0, the
// driver's default): buffers only grow, so that a warm pool has nothing to keep.
MemoryPool::MemoryPool(const Device& device, CUdevice handle) : device_(device) {
  if (!device.traits().has_memory_pools) return;
  const Current current(device);
  CUmemPoolProps wanted{};
  wanted.allocType = CU_MEM_ALLOCATION_TYPE_PINNED;
  wanted.location = {CU_MEM_LOCATION_TYPE_DEVICE, handle};
  device.call(device.api().MemPoolCreate, &pool_, &wanted);
}

MemoryPool::~MemoryPool() {
  if (pool_ != nullptr) device_.release(device_.api().MemPoolDestroy, pool_);
}

CUresult MemoryPool::allocate(CUdeviceptr* address, size_t bytes, CUstream stream) const {
  const Current current(device_);
  CUresult result = try_allocate(address, bytes, stream);
  if (result == CUDA_ERROR_OUT_OF_MEMORY) {
    device_.call(device_.api().StreamSynchronize, stream);
    if (pool_ != nullptr) device_.call(device_.api().MemPoolTrimTo, pool_, size_t{0});
    result = try_allocate(address, bytes, stream);
  }
  return result;
}

CUresult MemoryPool::try_allocate(CUdeviceptr* address, size_t bytes, CUstream stream) const {
  const DriverApi& api = device_.api();
  const bool ordered = is_stream_ordered();
  const CUresult result =
      ordered ? device_.attempt(api.MemAllocFromPoolAsync, address, bytes, pool_, stream)
              : device_.attempt(api.MemAlloc, address, bytes);
  if (result != CUDA_SUCCESS && result != CUDA_ERROR_OUT_OF_MEMORY) {
    device_.fail(ordered ? api.MemAllocFromPoolAsync.name : api.MemAlloc.name, result);
  }
  return result;
}

void MemoryPool::free(CUdeviceptr address, CUstream stream) const noexcept {
  if (is_stream_ordered()) {
    device_.release(device_.api().MemFreeAsync, address, stream);
    return;
  }
  // cuMemFree does not wait for what still uses the memory.
  device_.release(device_.api().StreamSynchronize, stream);
  device_.release(device_.api().MemFree, address);
}

}  // namespace deeplab::cuda
