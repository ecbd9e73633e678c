// How jobs follow device addresses: kernels do it for each value that they read, so the ranges that
// a job has met are remembered on its thread.
//
// The threads of a block are fibers of one host thread, and no order between them may be made up
// here, or the thread sanitizer sees no race in a kernel: what is remembered is read without it.
#include <sys/mman.h>

#include "host_kernels.h"
#include "memory.h"

#define DEEPLAB_UNWATCHED __attribute__((no_sanitize_thread, noinline))

namespace deeplab::doubles {
namespace {

constexpr size_t kRemembered = 16;
constexpr size_t kNowhereBytes = size_t{1} << 28;

struct Known {
  uint64_t first, last;  // device addresses
  Range* range;
};

struct RunningJob {
  Stream* stream = nullptr;
  bool faulted = false;
  size_t count = 0, next = 0;
  Known known[kRemembered];
  std::vector<std::shared_ptr<Range>> kept;  // under the lock
};

thread_local RunningJob t_job;

// The middle of much memory that nobody owns: a kernel with a wrong address ends, and is reported.
void* Nowhere() {
  static char* const pages =
      static_cast<char*>(mmap(nullptr, kNowhereBytes, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
  return pages + kNowhereBytes / 2;
}

DEEPLAB_UNWATCHED bool StillLive(const Range& range) {
  return __atomic_load_n(reinterpret_cast<const bool*>(&range.live), __ATOMIC_RELAXED);
}

DEEPLAB_UNWATCHED void Remember(uint64_t first, Range* range) {
  t_job.known[t_job.next] = {first, first + range->size - 1, range};
  t_job.next = (t_job.next + 1) % kRemembered;
  if (t_job.count < kRemembered) ++t_job.count;
}

// False where no range that is known has these bytes.
DEEPLAB_UNWATCHED bool IsKnown(uint64_t address, size_t bytes) {
  for (size_t i = 0; i < t_job.count; ++i) {
    const Known& known = t_job.known[i];
    if (address < known.first || address > known.last) continue;
    return bytes - 1 <= known.last - address && StillLive(*known.range);
  }
  return false;
}

DEEPLAB_UNWATCHED void* Fault() {
  t_job.faulted = true;
  return Nowhere();
}

bool LookUp(uint64_t address, size_t bytes) {
  const Lock lock(TheState().mutex);
  const auto range = FindForDevice(address, bytes);
  if (range == nullptr) return false;
  if (t_job.stream == nullptr) return range->live;
  if (!IsUsable(*range)) return false;
  t_job.kept.push_back(range);
  Remember(DeviceAddress(*range), range.get());
  return true;
}

void* FollowForKernel(const void* address) {
  return FollowAddress(reinterpret_cast<uintptr_t>(address), 1);
}

[[maybe_unused]] const bool kInstalled = (g_host_address = &FollowForKernel, true);

}  // namespace

DEEPLAB_UNWATCHED void* FollowAddress(uint64_t address, size_t bytes) {
  if (bytes == 0) bytes = 1;
  if (IsKnown(address, bytes) || LookUp(address, bytes)) return HostPointer(address);
  return t_job.stream != nullptr ? Fault() : nullptr;
}

Stream* RunningStream() noexcept { return t_job.stream; }

JobScope::JobScope(Stream* stream) {
  t_job.stream = stream;
  t_job.faulted = false;
}

JobScope::~JobScope() {
  t_job.stream = nullptr;
  t_job.count = t_job.next = 0;
  const Lock lock(TheState().mutex);
  t_job.kept.clear();
}

bool JobScope::faulted() const noexcept { return t_job.faulted; }

}  // namespace deeplab::doubles
