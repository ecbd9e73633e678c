// malloc and its kin, in front of glibc's. operator new ends here too: libstdc++ calls these.
#include "allocation_hook.h"

#include <atomic>

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define DEEPLAB_COUNT_ALLOCATIONS 1
#else
#define DEEPLAB_COUNT_ALLOCATIONS 0
#endif

namespace {

std::atomic<bool> g_counting{false};
std::atomic<size_t> g_count{0};

}  // namespace

#if DEEPLAB_COUNT_ALLOCATIONS

#include <cerrno>

extern "C" {

void* __libc_malloc(size_t);
void* __libc_calloc(size_t, size_t);
void* __libc_realloc(void*, size_t);
void* __libc_memalign(size_t, size_t);

#define DEEPLAB_HOOK __attribute__((visibility("default")))

static void Count() {
  if (g_counting.load(std::memory_order_relaxed)) g_count.fetch_add(1, std::memory_order_relaxed);
}

DEEPLAB_HOOK void* malloc(size_t bytes) {
  Count();
  return __libc_malloc(bytes);
}
DEEPLAB_HOOK void* calloc(size_t count, size_t bytes) {
  Count();
  return __libc_calloc(count, bytes);
}
DEEPLAB_HOOK void* realloc(void* old, size_t bytes) {
  Count();
  return __libc_realloc(old, bytes);
}
DEEPLAB_HOOK void* memalign(size_t alignment, size_t bytes) {
  Count();
  return __libc_memalign(alignment, bytes);
}
DEEPLAB_HOOK void* aligned_alloc(size_t alignment, size_t bytes) {
  Count();
  return __libc_memalign(alignment, bytes);
}
DEEPLAB_HOOK int posix_memalign(void** to, size_t alignment, size_t bytes) {
  Count();
  *to = __libc_memalign(alignment, bytes);
  return *to == nullptr ? ENOMEM : 0;
}

}  // extern "C"

#endif

namespace deeplab::testing_support {

bool CanCountAllocations() { return DEEPLAB_COUNT_ALLOCATIONS; }

AllocationCount::AllocationCount() {
  g_count = 0;
  g_counting = true;
}

AllocationCount::~AllocationCount() { g_counting = false; }

size_t AllocationCount::count() const { return g_count; }

}  // namespace deeplab::testing_support
