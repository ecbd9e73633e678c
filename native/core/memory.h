// Host memory: 64-byte aligned buffers from one process-wide pool. Result maps live in such buffers
// while JavaScript holds them, and come back when it lets go, so a warm process allocates nothing.
#pragma once

#include <array>
#include <cstddef>
#include <mutex>
#include <utility>

namespace deeplab {

class BufferPool;

// Owns one buffer; its destructor, on any thread, hands it back to the pool.
class HostBuffer {
 public:
  HostBuffer() = default;
  HostBuffer(HostBuffer&& other) noexcept { *this = std::move(other); }
  HostBuffer& operator=(HostBuffer&& other) noexcept;
  HostBuffer(const HostBuffer&) = delete;
  HostBuffer& operator=(const HostBuffer&) = delete;
  ~HostBuffer() { reset(); }

  void* data() const noexcept { return data_; }
  template <typename T>
  T* as() const noexcept {
    return static_cast<T*>(data_);
  }
  // Bytes asked for, not the (larger) bytes held.
  size_t size() const noexcept { return size_; }
  void reset() noexcept;

 private:
  friend class BufferPool;
  HostBuffer(void* data, size_t size, size_t capacity) noexcept
      : data_(data), size_(size), capacity_(capacity) {}

  void* data_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

class BufferPool {
 public:
  struct Stats {
    size_t used_bytes;
    size_t idle_bytes;
  };

  // Never destroyed: buffers may come back while the process is already leaving.
  static BufferPool& Instance();

  // Contents are undefined. Throws Error{kOutOfMemory}.
  HostBuffer acquire(size_t bytes);
  Stats stats() const;
  // Idle memory beyond this is given back to the system, largest buffers first.
  void set_idle_limit(size_t bytes);

 private:
  friend class HostBuffer;
  void give_back(void* data, size_t capacity) noexcept;
  void* take_idle(size_t capacity) noexcept;
  void trim() noexcept;  // with mutex_ held

  // Sizes of one power of two and a quarter share a bucket; see SizeClass.
  static constexpr size_t kBuckets = 4 * 52;
  static size_t Bucket(size_t capacity) noexcept;

  mutable std::mutex mutex_;
  std::array<void*, kBuckets> idle_{};  // by size; the first bytes of an idle buffer are its link
  size_t idle_bytes_ = 0;
  size_t used_bytes_ = 0;
  size_t idle_limit_ = size_t{256} << 20;
};

// Gives what the C library's allocator holds free back to the system, where it can. After a model
// is unloaded that is much: weights and packed copies, spread over the arenas of several threads.
void ReturnFreeMemory() noexcept;

}  // namespace deeplab
