// Memory with one address for host and device, which the driver moves or, on an integrated GPU,
// keeps coherent: MemoryMode::kManaged.
//
// Threads: one at a time. Where the device has no concurrent access, the host touches it only
// while no work of its stream is running: it belongs to that stream alone, not to every kernel.
#pragma once

#include <memory>

#include "cuda/stream.h"

namespace deeplab::cuda {

class ManagedMemory {
 public:
  // Throws Error{kDeviceOutOfMemory} or {kDeviceFailed}.
  ManagedMemory(std::shared_ptr<const Stream> stream, size_t bytes);
  ManagedMemory(const ManagedMemory&) = delete;
  ManagedMemory& operator=(const ManagedMemory&) = delete;
  ~ManagedMemory();

  void* data() const noexcept { return reinterpret_cast<void*>(address_); }
  CUdeviceptr address() const noexcept { return address_; }
  size_t size() const noexcept { return size_; }

 private:
  std::shared_ptr<const Stream> stream_;
  CUdeviceptr address_ = 0;
  size_t size_;
};

}  // namespace deeplab::cuda
