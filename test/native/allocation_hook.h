// Counts what the process allocates while a test wants to know.
#pragma once

#include <cstddef>

namespace deeplab::testing_support {

// False where the allocator belongs to a sanitizer, or is not glibc's: nothing is counted.
bool CanCountAllocations();

// From construction to count(): calls of malloc and its kin, on all threads.
class AllocationCount {
 public:
  AllocationCount();
  ~AllocationCount();
  size_t count() const;
};

}  // namespace deeplab::testing_support
