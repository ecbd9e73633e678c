#include "memory.h"

#include <algorithm>
#include <cstring>

namespace deeplab::doubles {
namespace {

constexpr uint64_t kTag = 0x00d5000000000000;
constexpr uint64_t kTagBits = 0xffff000000000000;
constexpr size_t kAlignment = 256;
constexpr size_t kMaxRetiredBytes = size_t{64} << 20;

// The live range with this byte of the host.
std::shared_ptr<Range> Containing(uintptr_t address) {
  const auto& ranges = TheState().ranges;
  auto after = ranges.upper_bound(address);
  if (after == ranges.begin()) return nullptr;
  const auto& range = std::prev(after)->second;
  return address - range->address < range->size ? range : nullptr;
}

bool HasAll(const Range& range, uintptr_t address, size_t bytes) {
  return bytes <= range.size && address - range.address <= range.size - bytes;
}

bool IsForDevice(const Range& range, bool tagged) {
  if (!tagged) return range.kind == MemoryKind::kManaged;
  return range.is_host() ? range.mapped : range.kind != MemoryKind::kManaged;
}

}  // namespace

CUdeviceptr DeviceAddress(const Range& range) {
  return range.kind == MemoryKind::kManaged ? range.address : range.address | kTag;
}

void* HostPointer(CUdeviceptr address) noexcept {
  const bool tagged = (address & kTagBits) == kTag;
  return reinterpret_cast<void*>(static_cast<uintptr_t>(tagged ? address & ~kTagBits : address));
}

std::shared_ptr<Range> AddMemory(MemoryKind kind, int device, size_t size) {
  void* bytes = nullptr;
  if (posix_memalign(&bytes, kAlignment, size) != 0) return nullptr;
  std::memset(bytes, kPoison, size);
  auto range = std::make_shared<Range>();
  range->storage.reset(static_cast<char*>(bytes));
  range->address = reinterpret_cast<uintptr_t>(bytes);
  range->size = size;
  range->kind = kind;
  range->device = device;
  TheState().ranges[range->address] = range;
  return range;
}

std::shared_ptr<Range> AddRegistered(void* pointer, int device, size_t size) {
  auto range = std::make_shared<Range>();
  range->address = reinterpret_cast<uintptr_t>(pointer);
  range->size = size;
  range->kind = MemoryKind::kRegistered;
  range->device = device;
  TheState().ranges[range->address] = range;
  return range;
}

void Retire(const std::shared_ptr<Range>& range) {
  State& state = TheState();
  const std::shared_ptr<Range> kept = range;  // the argument may be the map's own
  kept->live = false;
  state.ranges.erase(kept->address);
  if (kept->storage == nullptr) return;
  state.retired.push_back(kept);
  state.retired_bytes += kept->size;
  while (state.retired_bytes > kMaxRetiredBytes) {
    state.retired_bytes -= state.retired.front()->size;
    state.retired.pop_front();
  }
}

std::shared_ptr<Range> FindForDevice(CUdeviceptr address, size_t bytes) {
  const auto host = reinterpret_cast<uintptr_t>(HostPointer(address));
  const auto range = Containing(host);
  if (range == nullptr || !HasAll(*range, host, bytes)) return nullptr;
  return IsForDevice(*range, host != address) ? range : nullptr;
}

std::shared_ptr<Range> FindPinned(const void* pointer, size_t bytes, bool* overlaps) {
  const auto address = reinterpret_cast<uintptr_t>(pointer);
  const auto& ranges = TheState().ranges;
  *overlaps = false;
  auto range = Containing(address);
  if (range == nullptr) {
    const auto next = ranges.lower_bound(address);
    if (next != ranges.end() && next->first - address < bytes) range = next->second;
  }
  if (range == nullptr || !range->is_host()) return nullptr;
  *overlaps = address < range->address || !HasAll(*range, address, bytes);
  return *overlaps ? nullptr : range;
}

std::shared_ptr<Range> FindAtBase(uintptr_t address) {
  const auto found = TheState().ranges.find(address);
  return found != TheState().ranges.end() ? found->second : nullptr;
}

bool IsUsable(const Range& range) noexcept {
  const Stream* const stream = RunningStream();
  if (!range.live || !range.born) return false;
  if (range.kind == MemoryKind::kDevice || range.kind == MemoryKind::kPooled) {
    return range.device == stream->device;
  }
  if (range.kind != MemoryKind::kManaged) return true;
  const int attached = range.attached;
  if (attached == CU_MEM_ATTACH_SINGLE) return range.attached_stream == stream;
  return attached == CU_MEM_ATTACH_GLOBAL;
}

}  // namespace deeplab::doubles
