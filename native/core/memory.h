// Host memory: 64-byte aligned buffers from one process-wide pool, or from whoever else owns some
// (a GPU's pinned memory). Result maps live in such buffers while JavaScript holds them, and come
// back when it lets go, so a warm process allocates nothing.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>

namespace deeplab {

class BufferPool;

// Whose memory a buffer is, where it is not the pool's. Any thread.
class BufferOwner {
 public:
  virtual void give_back(void* data) noexcept = 0;

 protected:
  ~BufferOwner() = default;
};

// Owns one buffer; its destructor, on any thread, hands it back to the pool or to its owner, which
// it keeps alive.
class HostBuffer {
 public:
  HostBuffer() = default;
  HostBuffer(HostBuffer&& other) noexcept { *this = std::move(other); }
  HostBuffer& operator=(HostBuffer&& other) noexcept;
  HostBuffer(const HostBuffer&) = delete;
  HostBuffer& operator=(const HostBuffer&) = delete;
  ~HostBuffer() { reset(); }
  HostBuffer(std::shared_ptr<BufferOwner> owner, void* data, size_t size) noexcept
      : data_(data), size_(size), owner_(std::move(owner)) {}

  explicit operator bool() const noexcept { return data_ != nullptr; }
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
  std::shared_ptr<BufferOwner> owner_;  // null: the pool
};

// Where memory for pictures and results comes from.
class BufferSource {
 public:
  // Contents are undefined. Throws Error{kOutOfMemory}. Any thread.
  virtual HostBuffer acquire(size_t bytes) = 0;

 protected:
  ~BufferSource() = default;
};

class BufferPool final : public BufferSource {
 public:
  struct Stats {
    size_t used_bytes;
    size_t idle_bytes;
  };

  // Never destroyed: buffers may come back while the process is already leaving.
  static BufferPool& Instance();

  HostBuffer acquire(size_t bytes) override;
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
