// The live ranges of memory, and the addresses that the device's world has for them. All under the
// lock, but for what jobs call.
#pragma once

#include "state.h"

namespace deeplab::doubles {

// Fresh memory holds this: NaN as a float.
constexpr int kPoison = 0xff;

// Memory of the device has an address that no host pointer has: following it faults. That of
// managed memory is the host's.
CUdeviceptr DeviceAddress(const Range& range);

// New poisoned memory, or null where the host has none. Not counted against a device.
std::shared_ptr<Range> AddMemory(MemoryKind kind, int device, size_t size);
// Host memory of the caller's.
std::shared_ptr<Range> AddRegistered(void* pointer, int device, size_t size);
// Takes it out of the live ones. Its bytes stay a while, so that a use after this is found.
void Retire(const std::shared_ptr<Range>& range);

// The range with all of these bytes that a device may use by this address, or null.
std::shared_ptr<Range> FindForDevice(CUdeviceptr address, size_t bytes);
// The pinned or registered one; `overlaps` where they are not wholly in one.
std::shared_ptr<Range> FindPinned(const void* pointer, size_t bytes, bool* overlaps);
// The one that begins there.
std::shared_ptr<Range> FindAtBase(uintptr_t address);
void* HostPointer(CUdeviceptr address) noexcept;

// The stream whose job this thread runs, or null.
Stream* RunningStream() noexcept;
// Whether the job that this thread runs may use the range now.
bool IsUsable(const Range& range) noexcept;

// On the thread of a stream: the job that runs. Addresses that it follows are looked up once.
class JobScope {
 public:
  explicit JobScope(Stream* stream);
  ~JobScope();
  JobScope(const JobScope&) = delete;
  JobScope& operator=(const JobScope&) = delete;
  bool faulted() const noexcept;  // followed an address that is not live
};
// Null outside of jobs where the bytes are not live; a place that nobody owns inside of one, whose
// fault it is then.
void* FollowAddress(uint64_t address, size_t bytes);

}  // namespace deeplab::doubles
