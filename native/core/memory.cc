#include "core/memory.h"

#include <cstdlib>
#include <cstring>
#include <new>
#include <string>

#include "core/error.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace deeplab {
namespace {

constexpr std::align_val_t kAlignment{64};

constexpr size_t kSmallest = 4096;

// Four sizes per power of two: at most a quarter of a buffer is unused, and pictures of nearly the
// same size share buffers.
size_t SizeClass(size_t bytes) noexcept {
  if (bytes <= kSmallest) return kSmallest;
  size_t power = kSmallest;
  while (power * 2 <= bytes) power *= 2;
  const size_t step = power / 4;
  return (bytes + step - 1) / step * step;
}

// The size class of a bucket: Bucket()'s inverse.
size_t CapacityOf(size_t bucket) noexcept {
  return (kSmallest << bucket / 4) / 4 * (4 + bucket % 4);
}

}  // namespace

HostBuffer& HostBuffer::operator=(HostBuffer&& other) noexcept {
  if (this != &other) {
    reset();
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
    capacity_ = std::exchange(other.capacity_, 0);
    owner_ = std::move(other.owner_);
  }
  return *this;
}

void HostBuffer::reset() noexcept {
  if (data_ == nullptr) return;
  if (owner_ != nullptr) {
    owner_->give_back(data_);
    owner_.reset();
  } else {
    BufferPool::Instance().give_back(data_, capacity_);
  }
  data_ = nullptr;
  size_ = capacity_ = 0;
}

BufferPool& BufferPool::Instance() {
  static BufferPool* const pool = new BufferPool;
  return *pool;
}

// 4096 is 0, then four for each power of two.
size_t BufferPool::Bucket(size_t capacity) noexcept {
  size_t bucket = 0;
  size_t power = kSmallest;
  for (; power * 2 <= capacity; power *= 2) bucket += 4;
  return bucket + (capacity - power) / (power / 4);
}

HostBuffer BufferPool::acquire(size_t bytes) {
  if (bytes > SIZE_MAX / 4) throw Error(ErrorCode::kOutOfMemory, "A buffer size overflowed.");
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

// Buffers wait in a list through their own first bytes, so that keeping one allocates nothing.
void* BufferPool::take_idle(size_t capacity) noexcept {
  std::lock_guard lock(mutex_);
  void*& head = idle_[Bucket(capacity)];
  void* const data = head;
  if (data == nullptr) return nullptr;
  std::memcpy(&head, data, sizeof head);
  idle_bytes_ -= capacity;
  return data;
}

void BufferPool::give_back(void* data, size_t capacity) noexcept {
  std::lock_guard lock(mutex_);
  void*& head = idle_[Bucket(capacity)];
  std::memcpy(data, &head, sizeof head);
  head = data;
  used_bytes_ -= capacity;
  idle_bytes_ += capacity;
  trim();
}

void BufferPool::trim() noexcept {
  for (size_t bucket = kBuckets; idle_bytes_ > idle_limit_ && bucket > 0; --bucket) {
    void*& head = idle_[bucket - 1];
    while (idle_bytes_ > idle_limit_ && head != nullptr) {
      void* const data = head;
      std::memcpy(&head, data, sizeof head);
      ::operator delete(data, kAlignment);
      idle_bytes_ -= CapacityOf(bucket - 1);
    }
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
