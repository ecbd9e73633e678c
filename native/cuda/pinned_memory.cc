#include "cuda/pinned_memory.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

namespace deeplab::cuda {
namespace {

constexpr size_t kPage = 4096;

// A block serves what is at least half as large, so that a small request does not keep a large one
// from its memory.
bool Suits(size_t capacity, size_t bytes) { return capacity >= bytes && capacity / 2 <= bytes; }

size_t Pages(size_t bytes) { return (std::max(bytes, size_t{1}) + kPage - 1) / kPage * kPage; }

// Whether [data, data + bytes) lies in [begin, begin + size).
bool Covers(const void* begin, size_t size, const void* data, size_t bytes) {
  const auto first = reinterpret_cast<uintptr_t>(begin);
  const auto wanted = reinterpret_cast<uintptr_t>(data);
  return wanted >= first && wanted - first <= size && bytes <= size - (wanted - first);
}

size_t Offset(const void* begin, const void* data) {
  return reinterpret_cast<uintptr_t>(data) - reinterpret_cast<uintptr_t>(begin);
}

}  // namespace

RegisteredMemory::RegisteredMemory(std::shared_ptr<Device> device, void* data, size_t size)
    : device_(std::move(device)), data_(data) {
  device_->pinned_memory().enter(data, size);
}

RegisteredMemory::RegisteredMemory(RegisteredMemory&& other) noexcept
    : device_(std::move(other.device_)), data_(std::exchange(other.data_, nullptr)) {}

RegisteredMemory::~RegisteredMemory() {
  if (data_ != nullptr) device_->pinned_memory().leave(data_);
}

PinnedMemory::~PinnedMemory() {
  for (const Block& block : blocks_) device_.release(device_.api().MemFreeHost, block.data);
}

namespace {

std::shared_ptr<BufferOwner> OwnerOf(const std::shared_ptr<Device>& device) {
  return {device, &device->pinned_memory()};
}

}  // namespace

HostBuffer PinnedMemory::Acquire(const std::shared_ptr<Device>& device, size_t bytes) {
  void* const data = device->pinned_memory().take(bytes);
  return data == nullptr ? HostBuffer() : HostBuffer(OwnerOf(device), data, bytes);
}

HostBuffer PinnedMemory::Share(const std::shared_ptr<Device>& device, const HostBuffer& whole,
                               size_t offset, size_t bytes) {
  void* const data = whole.as<uint8_t>() + offset;
  device->pinned_memory().retain(data);
  return HostBuffer(OwnerOf(device), data, bytes);
}

void* PinnedMemory::take(size_t bytes) {
  device_.require_usable();
  const std::lock_guard<std::mutex> lock(mutex_);
  Block* block = find_idle(bytes);
  if (block == nullptr && bytes <= limit_ && make_room(Pages(bytes))) block = add(Pages(bytes));
  if (block == nullptr) return nullptr;
  block->owners = 1;
  return block->data;
}

// The smallest that suits.
PinnedMemory::Block* PinnedMemory::find_idle(size_t bytes) noexcept {
  Block* best = nullptr;
  const size_t capacity = Pages(bytes);
  for (Block& block : blocks_) {
    if (block.owners > 0 || !Suits(block.capacity, capacity)) continue;
    if (best == nullptr || block.capacity < best->capacity) best = &block;
  }
  return best;
}

PinnedMemory::Block* PinnedMemory::find_used(const void* data) noexcept {
  for (Block& block : blocks_) {
    if (block.owners > 0 && Covers(block.data, block.capacity - 1, data, 0)) return &block;
  }
  return nullptr;
}

void PinnedMemory::retain(void* data) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Block* const block = find_used(data);
  if (block == nullptr) throw Error(ErrorCode::kInternal, "Only pinned memory in use is shared.");
  ++block->owners;
}

size_t PinnedMemory::held() const noexcept {
  size_t sum = 0;
  for (const Block& block : blocks_) sum += block.capacity;
  return sum;
}

// Lets idle blocks go until so many bytes more are within the limit.
bool PinnedMemory::make_room(size_t capacity) noexcept {
  size_t sum = held();
  for (size_t i = blocks_.size(); i > 0 && sum + capacity > limit_; --i) {
    const Block block = blocks_[i - 1];
    if (block.owners > 0) continue;
    device_.release(device_.api().MemFreeHost, block.data);
    sum -= block.capacity;
    blocks_.erase(blocks_.begin() + static_cast<std::ptrdiff_t>(i - 1));
  }
  return sum + capacity <= limit_;
}

PinnedMemory::Block* PinnedMemory::add(size_t capacity) {
  const DriverApi& api = device_.api();
  const Current current(device_);
  unsigned flags = CU_MEMHOSTALLOC_PORTABLE;
  if (device_.traits().can_map_host_memory) flags |= CU_MEMHOSTALLOC_DEVICEMAP;
  void* data = nullptr;
  const CUresult result = device_.attempt(api.MemHostAlloc, &data, capacity, flags);
  if (result == CUDA_ERROR_OUT_OF_MEMORY) return nullptr;
  if (result != CUDA_SUCCESS) device_.fail(api.MemHostAlloc.name, result);
  try {
    blocks_.push_back({data, mapped(data), capacity, 0});
  } catch (...) {
    device_.release(api.MemFreeHost, data);
    throw;
  }
  return &blocks_.back();
}

CUdeviceptr PinnedMemory::mapped(void* data) const {
  if (!device_.traits().can_map_host_memory) return 0;
  CUdeviceptr address = 0;
  device_.call(device_.api().MemHostGetDevicePointer, &address, data, 0u);
  return address;
}

void PinnedMemory::give_back(void* data) noexcept {
  const std::lock_guard<std::mutex> lock(mutex_);
  Block* const block = find_used(data);
  if (block != nullptr && --block->owners == 0) make_room(0);
}

// Memory that is registered twice stays registered until both are gone.
void PinnedMemory::enter(void* data, size_t bytes) {
  device_.require_usable();
  if (!device_.traits().can_register_host_memory) {
    throw Error(ErrorCode::kDeviceUnavailable,
                device_.label() + " cannot register memory of callers: let the model allocate it.");
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto there = registrations_.find(data);
  if (there != registrations_.end() && there->second.size == bytes) {
    ++there->second.count;
    return;
  }
  const Current current(device_);
  unsigned flags = CU_MEMHOSTREGISTER_PORTABLE;
  if (device_.traits().can_map_host_memory) flags |= CU_MEMHOSTREGISTER_DEVICEMAP;
  // The driver refuses what overlaps memory that is pinned already.
  device_.call(device_.api().MemHostRegister, data, bytes, flags);
  try {
    registrations_[data] = {mapped(data), bytes, 1};
  } catch (...) {
    device_.release(device_.api().MemHostUnregister, data);
    throw;
  }
}

void PinnedMemory::leave(void* data) noexcept {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto there = registrations_.find(data);
  if (there == registrations_.end() || --there->second.count > 0) return;
  registrations_.erase(there);
  device_.release(device_.api().MemHostUnregister, data);
}

void PinnedMemory::set_limit(size_t bytes) {
  const std::lock_guard<std::mutex> lock(mutex_);
  limit_ = bytes;
  make_room(0);
}

PinnedMemory::Stats PinnedMemory::stats() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  Stats stats;
  stats.limit = limit_;
  for (const Block& block : blocks_) (block.owners > 0 ? stats.used : stats.idle) += block.capacity;
  for (const auto& [data, registration] : registrations_) stats.registered += registration.size;
  return stats;
}

CUdeviceptr PinnedMemory::find(const void* data, size_t bytes, bool* found) const {
  *found = true;
  for (const Block& block : blocks_) {
    if (block.owners > 0 && Covers(block.data, block.capacity, data, bytes)) {
      return block.device == 0 ? 0 : block.device + Offset(block.data, data);
    }
  }
  auto after = registrations_.upper_bound(data);
  if (after != registrations_.begin()) {
    const auto& [begin, registration] = *--after;
    if (Covers(begin, registration.size, data, bytes)) {
      return registration.device == 0 ? 0 : registration.device + Offset(begin, data);
    }
  }
  *found = false;
  return 0;
}

bool PinnedMemory::contains(const void* data, size_t bytes) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  bool found = false;
  find(data, bytes, &found);
  return found;
}

CUdeviceptr PinnedMemory::device_address(const void* data, size_t bytes) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  bool found = false;
  return find(data, bytes, &found);
}

}  // namespace deeplab::cuda
