#include "cuda/managed_memory.h"

#include <utility>

namespace deeplab::cuda {

ManagedMemory::ManagedMemory(std::shared_ptr<const Stream> stream, size_t bytes)
    : stream_(std::move(stream)), size_(bytes) {
  const Device& device = *stream_->device();
  const Current current(device);
  // Attached to the host, no kernel of another stream may touch it before it has its own.
  const unsigned first =
      device.traits().has_concurrent_managed_access ? CU_MEM_ATTACH_GLOBAL : CU_MEM_ATTACH_HOST;
  device.call(device.api().MemAllocManaged, &address_, bytes, first);
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
