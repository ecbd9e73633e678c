// The device's side of what a batch exchanges with the host: memory of the device's own, or, in
// managed mode, memory that the host reads and writes at the same address.
//
// Threads: one at a time, grow() with the device's context current.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "cuda/managed_memory.h"
#include "infer/backend.h"

namespace deeplab::pipeline {

class ExchangeBuffer {
 public:
  // `what` names it in errors and is static text. Holds nothing until it grows.
  ExchangeBuffer(const infer::DeviceSlot& slot, const char* what);

  // At least so many bytes, and where they are; 0 for none. Where that is more than there was, the
  // contents are lost and the address is another: graphs recorded with it are void. Throws
  // Error{kDeviceOutOfMemory}.
  cuda::CUdeviceptr grow(size_t bytes);
  // The same bytes for the host. Managed mode only, after grow().
  uint8_t* on_host() const noexcept { return static_cast<uint8_t*>(managed_->data()); }

 private:
  const bool is_managed_;
  const char* const what_;
  std::shared_ptr<cuda::DeviceMemory> memory_;
  std::shared_ptr<const cuda::Stream> stream_;
  cuda::DeviceBuffer own_;
  std::unique_ptr<cuda::ManagedMemory> managed_;
};

}  // namespace deeplab::pipeline
