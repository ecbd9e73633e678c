// Memory with one address for host and device, which the driver moves or, on an integrated GPU,
// keeps coherent: MemoryMode::kManaged.
//
// Threads: one at a time. Where the device has no concurrent access, the host touches it only
// while no work of its stream is running: it belongs to that stream alone, not to every kernel.
#pragma once

#include <memory>

#include "cuda/device_memory.h"
#include "cuda/stream.h"

namespace deeplab::cuda {

class ManagedMemory {
 public:
  // Counted in `memory`; `what` names it in errors. Throws Error{kDeviceOutOfMemory} or
  // {kDeviceFailed}.
  ManagedMemory(const std::shared_ptr<DeviceMemory>& memory, std::shared_ptr<const Stream> stream,
                size_t bytes, const char* what);
  ManagedMemory(const ManagedMemory&) = delete;
  ManagedMemory& operator=(const ManagedMemory&) = delete;
  ~ManagedMemory();

  void* data() const noexcept { return reinterpret_cast<void*>(address_); }
  CUdeviceptr address() const noexcept { return address_; }
  size_t size() const noexcept { return size_; }

 private:
  const DeviceMemory::Share share_;
  std::shared_ptr<const Stream> stream_;
  CUdeviceptr address_ = 0;
  size_t size_;
};

}  // namespace deeplab::cuda
