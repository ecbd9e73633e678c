#include "cuda/device_memory.h"

#include <algorithm>
#include <utility>

#include "cuda/memory_pool.h"

namespace deeplab::cuda {
namespace {

// "12.5 MiB".
std::string Size(size_t bytes) {
  const size_t tenths = bytes / 1024 * 10 / 1024 + (bytes % (size_t{1} << 20) != 0 ? 1 : 0);
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " MiB";
}

}  // namespace

DeviceMemory::DeviceMemory(std::shared_ptr<Device> device, size_t limit)
    : device_(std::move(device)) {
  stats_.limit = limit;
}

DeviceMemory::Stats DeviceMemory::stats() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return stats_;
}

CUdeviceptr DeviceMemory::allocate(size_t bytes, CUstream stream, const char* what) {
  device_->require_usable();
  reserve(bytes, what);
  try {
    CUdeviceptr address = 0;
    const CUresult result = device_->memory_pool().allocate(&address, bytes, stream);
    if (result == CUDA_ERROR_OUT_OF_MEMORY) throw_device_full(bytes, what);
    return address;
  } catch (...) {
    give_back(bytes);
    throw;
  }
}

void DeviceMemory::free(CUdeviceptr address, size_t bytes, CUstream stream) noexcept {
  device_->memory_pool().free(address, stream);
  give_back(bytes);
}

void DeviceMemory::reserve(size_t bytes, const char* what) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (bytes > stats_.limit - stats_.used) throw_over_limit(bytes, what, stats_.used);
  stats_.used += bytes;
  stats_.peak = std::max(stats_.peak, stats_.used);
}

void DeviceMemory::give_back(size_t bytes) noexcept {
  const std::lock_guard<std::mutex> lock(mutex_);
  stats_.used -= bytes;
}

void DeviceMemory::throw_over_limit(size_t bytes, const char* what, size_t used) const {
  throw Error(ErrorCode::kDeviceOutOfMemory,
              std::string(what) + " needs " + Size(bytes) + " of " + device_->label() +
                  ", and of this model's deviceMemoryLimit of " + Size(stats_.limit) + " only " +
                  Size(stats_.limit - used) + " are left: raise the limit, or use smaller batches.",
              {{"device", device_->label()},
               {"asked", std::to_string(bytes)},
               {"used", std::to_string(used)},
               {"limit", std::to_string(stats_.limit)}});
}

void DeviceMemory::throw_device_full(size_t bytes, const char* what) const {
  const size_t used = stats().used - bytes;
  throw DeviceFull(*device_, what, bytes, "this model has " + Size(used),
                   {{"used", std::to_string(used)}});
}

Error DeviceFull(const Device& device, const std::string& what, size_t bytes,
                 const std::string& reason, ErrorDetail more) {
  const Device::Memory memory = device.memory();
  ErrorDetail detail{{"device", device.label()},
                     {"free", std::to_string(memory.free)},
                     {"total", std::to_string(memory.total)}};
  if (bytes > 0) detail.emplace_back("asked", std::to_string(bytes));
  detail.insert(detail.end(), more.begin(), more.end());
  const std::string asked = bytes > 0 ? Size(bytes) : "more";
  // A library has given back what it had by then, and memory may be in pieces.
  const std::string only = bytes > memory.free ? "only " : "";
  return Error(ErrorCode::kDeviceOutOfMemory,
               what + " needs " + asked + " of " + device.label() + ", of whose " +
                   Size(memory.total) + " " + only + Size(memory.free) + " are free; " + reason +
                   ".",
               std::move(detail));
}

DeviceBuffer::DeviceBuffer(std::shared_ptr<DeviceMemory> memory,
                           std::shared_ptr<const Stream> stream, const char* what)
    : memory_(std::move(memory)), stream_(std::move(stream)), what_(what) {}

DeviceBuffer::DeviceBuffer(DeviceBuffer&& other) noexcept
    : memory_(std::move(other.memory_)),
      stream_(std::move(other.stream_)),
      what_(other.what_),
      address_(std::exchange(other.address_, 0)),
      size_(std::exchange(other.size_, 0)) {}

void DeviceBuffer::grow(size_t bytes) {
  if (bytes <= size_) return;
  // Recorded, it would belong to the graph and be gone with it.
  if (stream_->is_capturing()) {
    throw Error(ErrorCode::kInternal,
                std::string(what_) + " had to grow while a CUDA graph was being recorded.");
  }
  reset();  // first, so that both need not fit
  address_ = memory_->allocate(bytes, stream_->handle(), what_);
  size_ = bytes;
}

void DeviceBuffer::reset() noexcept {
  if (address_ == 0) return;
  memory_->free(std::exchange(address_, 0), std::exchange(size_, 0), stream_->handle());
}

}  // namespace deeplab::cuda
