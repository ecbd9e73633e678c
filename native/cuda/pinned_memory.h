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

#include "cuda/device.h"

namespace deeplab::cuda {

// Owns one block; hands it back to its pool. Empty where the pool had none to give.
class PinnedBlock {
 public:
  PinnedBlock() = default;
  PinnedBlock(PinnedBlock&& other) noexcept;
  PinnedBlock& operator=(PinnedBlock&& other) noexcept;
  PinnedBlock(const PinnedBlock&) = delete;
  PinnedBlock& operator=(const PinnedBlock&) = delete;
  ~PinnedBlock() { reset(); }

  explicit operator bool() const noexcept { return data_ != nullptr; }
  void* data() const noexcept { return data_; }
  size_t size() const noexcept { return size_; }  // as asked for
  void reset() noexcept;

 private:
  friend class PinnedMemory;
  std::shared_ptr<Device> device_;
  void* data_ = nullptr;
  size_t size_ = 0;
};

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

class PinnedMemory {
 public:
  static constexpr size_t kDefaultLimit = size_t{256} << 20;

  explicit PinnedMemory(const Device& device) : device_(device) {}
  PinnedMemory(const PinnedMemory&) = delete;
  PinnedMemory& operator=(const PinnedMemory&) = delete;
  ~PinnedMemory();

  // Undefined contents, page-aligned. Empty beyond the limit, or where the system has no more
  // memory to pin: the caller takes ordinary memory then. Once warm, it asks nobody.
  static PinnedBlock Acquire(const std::shared_ptr<Device>& device, size_t bytes);

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
  friend class PinnedBlock;
  friend class RegisteredMemory;

  struct Block {
    void* data;
    CUdeviceptr device;  // 0 where the device maps no host memory
    size_t capacity;
    bool in_use;
  };
  struct Registration {
    CUdeviceptr device;
    size_t size;
    int count;
  };

  void* take(size_t bytes);
  void give_back(void* data) noexcept;
  void enter(void* data, size_t bytes);
  void leave(void* data) noexcept;

  // With mutex_ held.
  Block* find_idle(size_t bytes) noexcept;
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
