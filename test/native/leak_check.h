// Switches the leak checker off for a while, for what a vendor library is known to leak. Does
// nothing in a build without sanitizers.
#pragma once

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/lsan_interface.h>
#endif

namespace deeplab {

// For this thread, while it lives.
class LeakCheckOff {
 public:
#if defined(__SANITIZE_ADDRESS__)
  LeakCheckOff() { __lsan_disable(); }
  ~LeakCheckOff() { __lsan_enable(); }
#else
  LeakCheckOff() {}
  ~LeakCheckOff() {}
#endif
  LeakCheckOff(const LeakCheckOff&) = delete;
  LeakCheckOff& operator=(const LeakCheckOff&) = delete;
};

}  // namespace deeplab
