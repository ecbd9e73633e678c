// A model's memory on its device, within the model's limit (deviceMemoryLimit).
//
// Threads: any for DeviceMemory; a buffer belongs to who owns its stream. Buffers hold their budget
// and their stream, so that they may be destroyed in any order.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

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

  // For those who keep the address themselves. `what` names it in the error. Throws
  // Error{kDeviceOutOfMemory} with what was asked, what is free and what limits it.
  CUdeviceptr allocate(size_t bytes, CUstream stream, const char* what);
  void free(CUdeviceptr address, size_t bytes, CUstream stream) noexcept;

  // For memory that is not from allocate(): of these bytes, which a Share counts, the device has
  // not enough free.
  [[noreturn]] void throw_device_full(size_t bytes, const char* what) const;

  // Counts memory that is not from allocate(): managed, or a library's own as far as it is known.
  class Share {
   public:
    // Throws what allocate() throws where it is beyond the limit.
    Share(std::shared_ptr<DeviceMemory> memory, size_t bytes, const char* what)
        : memory_(std::move(memory)), bytes_(bytes) {
      memory_->reserve(bytes, what);
    }
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;
    ~Share() { memory_->give_back(bytes_); }

   private:
    std::shared_ptr<DeviceMemory> memory_;
    size_t bytes_;
  };

 private:
  void reserve(size_t bytes, const char* what);
  void give_back(size_t bytes) noexcept;
  [[noreturn]] void throw_over_limit(size_t bytes, const char* what, size_t used) const;

  std::shared_ptr<Device> device_;
  mutable std::mutex mutex_;
  Stats stats_;
};

// kDeviceOutOfMemory with what is free now. `what` needs the bytes; 0: the library that asked did
// not say how many. `reason`: its own words, or the model's part.
Error DeviceFull(const Device& device, const std::string& what, size_t bytes,
                 const std::string& reason, ErrorDetail more = {});

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
