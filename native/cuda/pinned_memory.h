// Host memory that the device reads and writes by itself: blocks of ours from one pool a device
// (pinnedMemoryLimit), and memory of callers that is registered for a while.
//
// Threads: any. Blocks and registrations hold the device, and may end after all models did: results
// live in such blocks while JavaScript holds them.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "core/memory.h"
#include "cuda/device.h"

namespace deeplab::cuda {

// Owns one registration of a caller's memory, which must outlive it.
class RegisteredMemory {
 public:
  RegisteredMemory(std::shared_ptr<Device> device, void* data, size_t size);
  RegisteredMemory(RegisteredMemory&& other) noexcept;
  RegisteredMemory& operator=(RegisteredMemory&& other) = delete;
  RegisteredMemory(const RegisteredMemory&) = delete;
  ~RegisteredMemory();

 private:
  std::shared_ptr<Device> device_;
  void* data_;
};

class PinnedMemory final : public BufferOwner {
 public:
  static constexpr size_t kDefaultLimit = size_t{256} << 20;

  explicit PinnedMemory(const Device& device) : device_(device) {}
  PinnedMemory(const PinnedMemory&) = delete;
  PinnedMemory& operator=(const PinnedMemory&) = delete;
  ~PinnedMemory();

  // Undefined contents, page-aligned. Empty beyond the limit, or where the system has no more
  // memory to pin: the caller takes ordinary memory then. Once warm, it asks nobody.
  static HostBuffer Acquire(const std::shared_ptr<Device>& device, size_t bytes);
  // A part of a buffer from Acquire(), as an owner of its own: the block comes back when the last
  // of its owners goes.
  static HostBuffer Share(const std::shared_ptr<Device>& device, const HostBuffer& whole,
                          size_t offset, size_t bytes);
  void give_back(void* data) noexcept override;

  // Bytes of all blocks, in use and idle. Idle ones beyond a lower limit are let go at once.
  void set_limit(size_t bytes);

  struct Stats {
    size_t used = 0;
    size_t idle = 0;
    size_t registered = 0;
    size_t limit = 0;
  };
  Stats stats() const;

  // Whether all of these bytes are pinned, in one block or one registration.
  bool contains(const void* data, size_t bytes) const;
  // Where the device has the same bytes (mapped memory); 0 where they are not pinned here.
  CUdeviceptr device_address(const void* data, size_t bytes) const;

 private:
  friend class RegisteredMemory;

  struct Block {
    void* data;
    CUdeviceptr device;  // 0 where the device maps no host memory
    size_t capacity;
    int owners;  // 0: idle
  };
  struct Registration {
    CUdeviceptr device;
    size_t size;
    int count;
  };

  void* take(size_t bytes);
  void retain(void* data);
  void enter(void* data, size_t bytes);
  void leave(void* data) noexcept;

  // With mutex_ held.
  Block* find_idle(size_t bytes) noexcept;
  Block* find_used(const void* data) noexcept;
  bool make_room(size_t capacity) noexcept;
  Block* add(size_t capacity);
  CUdeviceptr find(const void* data, size_t bytes, bool* found) const;
  CUdeviceptr mapped(void* data) const;
  size_t held() const noexcept;

  const Device& device_;
  mutable std::mutex mutex_;
  std::vector<Block> blocks_;
  std::map<const void*, Registration> registrations_;
  size_t limit_ = kDefaultLimit;
};

}  // namespace deeplab::cuda
