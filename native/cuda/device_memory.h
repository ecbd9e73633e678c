// A model's memory on its device, within the model's limit (deviceMemoryLimit).
//
// Threads: any for DeviceMemory; a buffer belongs to who owns its stream. Buffers hold their budget
// and their stream, so that they may be destroyed in any order.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>

#include "cuda/device.h"
#include "cuda/stream.h"

namespace deeplab::cuda {

// What one model may have and has. Made by std::make_shared.
class DeviceMemory {
 public:
  static constexpr size_t kUnlimited = SIZE_MAX;

  explicit DeviceMemory(std::shared_ptr<Device> device, size_t limit = kUnlimited);
  DeviceMemory(const DeviceMemory&) = delete;
  DeviceMemory& operator=(const DeviceMemory&) = delete;

  struct Stats {
    size_t used = 0;
    size_t peak = 0;
    size_t limit = kUnlimited;
  };
  Stats stats() const;
  const std::shared_ptr<Device>& device() const noexcept { return device_; }

  // For those who keep the address themselves, as a TensorRT allocator does. `what` names it in the
  // error. Throws Error{kDeviceOutOfMemory} with what was asked, what is free and what limits it.
  CUdeviceptr allocate(size_t bytes, CUstream stream, const char* what);
  void free(CUdeviceptr address, size_t bytes, CUstream stream) noexcept;

 private:
  void reserve(size_t bytes, const char* what);
  void give_back(size_t bytes) noexcept;
  [[noreturn]] void throw_over_limit(size_t bytes, const char* what, size_t used) const;
  [[noreturn]] void throw_device_full(size_t bytes, const char* what) const;

  std::shared_ptr<Device> device_;
  mutable std::mutex mutex_;
  Stats stats_;
};

// Owns one piece, in the order of its stream; grows and never shrinks.
class DeviceBuffer {
 public:
  // `what` names it in errors and is static text. Holds nothing until it grows.
  DeviceBuffer(std::shared_ptr<DeviceMemory> memory, std::shared_ptr<const Stream> stream,
               const char* what);
  DeviceBuffer(DeviceBuffer&& other) noexcept;
  DeviceBuffer& operator=(DeviceBuffer&& other) = delete;
  DeviceBuffer(const DeviceBuffer&) = delete;
  ~DeviceBuffer() { reset(); }

  CUdeviceptr address() const noexcept { return address_; }
  size_t size() const noexcept { return size_; }

  // At least so many bytes. Where that is more than there was, the contents are lost and the
  // address is another: graphs recorded with it are void.
  void grow(size_t bytes);
  void reset() noexcept;

 private:
  std::shared_ptr<DeviceMemory> memory_;
  std::shared_ptr<const Stream> stream_;
  const char* what_;
  CUdeviceptr address_ = 0;
  size_t size_ = 0;
};

}  // namespace deeplab::cuda
