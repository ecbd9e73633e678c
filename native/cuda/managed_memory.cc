#include "cuda/managed_memory.h"

#include <utility>

namespace deeplab::cuda {

ManagedMemory::ManagedMemory(const std::shared_ptr<DeviceMemory>& memory,
                             std::shared_ptr<const Stream> stream, size_t bytes, const char* what)
    : share_(memory, bytes, what), stream_(std::move(stream)), size_(bytes) {
  const Device& device = *stream_->device();
  const Current current(device);
  // Attached to the host, no kernel of another stream may touch it before it has its own.
  const unsigned first =
      device.traits().has_concurrent_managed_access ? CU_MEM_ATTACH_GLOBAL : CU_MEM_ATTACH_HOST;
  const auto& allocate = device.api().MemAllocManaged;
  const CUresult result = device.attempt(allocate, &address_, bytes, first);
  if (result == CUDA_ERROR_OUT_OF_MEMORY) memory->throw_device_full(bytes, what);
  if (result != CUDA_SUCCESS) device.fail(allocate.name, result);
  if (device.traits().has_concurrent_managed_access) return;
  try {
    device.call(device.api().StreamAttachMemAsync, stream_->handle(), address_, size_t{0},
                unsigned{CU_MEM_ATTACH_SINGLE});
    stream_->synchronize();  // it holds from then on
  } catch (...) {
    device.release(device.api().MemFree, address_);
    throw;
  }
}

// What the stream still does with it comes first: cuMemFree does not wait.
ManagedMemory::~ManagedMemory() {
  const Device& device = *stream_->device();
  device.release(device.api().StreamSynchronize, stream_->handle());
  device.release(device.api().MemFree, address_);
}

}  // namespace deeplab::cuda
