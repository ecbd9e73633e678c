// Waiting awake for what is about to happen: to fall asleep and be woken takes a thread longer than
// that. Always bounded.
#pragma once

#include <chrono>
#include <thread>

#include "core/usable_cores.h"

namespace deeplab {

// Tells the core that this is a loop that waits: the other hardware thread of it gets more done.
inline void PauseCore() noexcept {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Not where there is one core: whoever makes it happen needs that.
inline bool MaySpin() {
  static const bool may = UsableHardwareThreads() > 1;
  return may;
}

// Until happened(), but for no more than about `longest`. Others who want the core go first: on a
// busy machine one of them may be who makes it happen, and the wait ends when they are through.
template <typename Happened>
void SpinUntil(const Happened& happened, std::chrono::microseconds longest) {
  if (!MaySpin()) return;
  const auto end = std::chrono::steady_clock::now() + longest;
  while (!happened() && std::chrono::steady_clock::now() < end) {
    for (int i = 0; i < 16 && !happened(); ++i) PauseCore();
    std::this_thread::yield();
  }
}

}  // namespace deeplab
