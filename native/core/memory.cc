#include "core/memory.h"

#include <cstdlib>
#include <new>
#include <string>

#include "core/error.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace deeplab {
namespace {

constexpr std::align_val_t kAlignment{64};

// Four sizes per power of two: at most a quarter of a buffer is unused, and pictures of nearly the
// same size share buffers.
size_t SizeClass(size_t bytes) noexcept {
  if (bytes <= 4096) return 4096;
  size_t power = 4096;
  while (power * 2 <= bytes) power *= 2;
  const size_t step = power / 4;
  return (bytes + step - 1) / step * step;
}

}  // namespace

HostBuffer& HostBuffer::operator=(HostBuffer&& other) noexcept {
  if (this != &other) {
    reset();
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
    capacity_ = std::exchange(other.capacity_, 0);
  }
  return *this;
}

void HostBuffer::reset() noexcept {
  if (data_ == nullptr) return;
  BufferPool::Instance().give_back(data_, capacity_);
  data_ = nullptr;
  size_ = capacity_ = 0;
}

BufferPool& BufferPool::Instance() {
  static BufferPool* const pool = new BufferPool;
  return *pool;
}

HostBuffer BufferPool::acquire(size_t bytes) {
  if (bytes > SIZE_MAX / 2) throw Error(ErrorCode::kOutOfMemory, "A buffer size overflowed.");
  const size_t capacity = SizeClass(bytes);
  void* data = take_idle(capacity);
  if (data == nullptr) {
    data = ::operator new(capacity, kAlignment, std::nothrow);
    if (data == nullptr) {
      throw Error(ErrorCode::kOutOfMemory,
                  "No memory left for a buffer of " + std::to_string(bytes) + " bytes.");
    }
  }
  std::lock_guard lock(mutex_);
  used_bytes_ += capacity;
  return HostBuffer(data, bytes, capacity);
}

void* BufferPool::take_idle(size_t capacity) noexcept {
  std::lock_guard lock(mutex_);
  const auto found = idle_.find(capacity);
  if (found == idle_.end() || found->second.empty()) return nullptr;
  void* data = found->second.back();
  found->second.pop_back();
  idle_bytes_ -= capacity;
  return data;
}

void BufferPool::give_back(void* data, size_t capacity) noexcept {
  std::lock_guard lock(mutex_);
  used_bytes_ -= capacity;
  try {
    idle_[capacity].push_back(data);
    idle_bytes_ += capacity;
  } catch (const std::bad_alloc&) {
    ::operator delete(data, kAlignment);  // no room to remember it
  }
  trim();
}

void BufferPool::trim() noexcept {
  while (idle_bytes_ > idle_limit_) {
    const auto largest = std::prev(idle_.end());
    if (!largest->second.empty()) {
      ::operator delete(largest->second.back(), kAlignment);
      largest->second.pop_back();
      idle_bytes_ -= largest->first;
    }
    if (largest->second.empty()) idle_.erase(largest);
  }
}

BufferPool::Stats BufferPool::stats() const {
  std::lock_guard lock(mutex_);
  return {used_bytes_, idle_bytes_};
}

void BufferPool::set_idle_limit(size_t bytes) {
  std::lock_guard lock(mutex_);
  idle_limit_ = bytes;
  trim();
}

void ReturnFreeMemory() noexcept {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

}  // namespace deeplab
