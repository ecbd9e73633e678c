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

// Until happened(), but no longer than `longest`, and not at all where there is one core. Others
// who want the core go first: on a busy machine one of them may be who makes it happen.
template <typename Happened>
void SpinUntil(const Happened& happened, std::chrono::microseconds longest) {
  static const bool alone = UsableHardwareThreads() < 2;
  if (alone) return;
  const auto end = std::chrono::steady_clock::now() + longest;
  while (!happened() && std::chrono::steady_clock::now() < end) {
    for (int i = 0; i < 16 && !happened(); ++i) PauseCore();
    std::this_thread::yield();
  }
}

}  // namespace deeplab
