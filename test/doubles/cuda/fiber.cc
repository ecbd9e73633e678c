#include "fiber.h"

#include <cstdint>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif
#if defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
#endif

namespace deeplab::doubles {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
constexpr size_t kStackBytes = 256 << 10;
#else
constexpr bool kSanitized = false;
constexpr size_t kStackBytes = 64 << 10;
#endif

}  // namespace

Fiber::Fiber() : stack_(new char[kStackBytes]) {
  getcontext(&inside_);
  inside_.uc_stack.ss_sp = stack_.get();
  inside_.uc_stack.ss_size = kStackBytes;
  inside_.uc_link = nullptr;
  const auto self = reinterpret_cast<uintptr_t>(this);
  makecontext(&inside_, reinterpret_cast<void (*)()>(&Fiber::Enter), 2,
              static_cast<unsigned>(self >> 32), static_cast<unsigned>(self));
#if defined(__SANITIZE_THREAD__)
  sanitizer_fiber_ = __tsan_create_fiber(0);
#endif
}

Fiber::~Fiber() {
#if defined(__SANITIZE_ADDRESS__)
  // The sanitizer has a stack of its own for each fiber, which goes with the fiber's last switch.
  if (body_.load(std::memory_order_relaxed) != nullptr && !busy_.load(std::memory_order_relaxed)) {
    is_leaving_ = true;
    switch_in();
  }
#endif
#if defined(__SANITIZE_THREAD__)
  __tsan_destroy_fiber(sanitizer_fiber_);
#endif
}

void Fiber::Enter(unsigned high, unsigned low) {
  reinterpret_cast<Fiber*>(static_cast<uintptr_t>(high) << 32 | low)->loop();
}

// One body after another; the fiber's stack goes with the fiber.
void Fiber::loop() {
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(nullptr, &outside_stack_, &outside_stack_size_);
#endif
  for (;;) {
#if defined(__SANITIZE_THREAD__)
    __tsan_acquire(this);  // what resume() did before
#endif
    (*body_.load(std::memory_order_relaxed))();
    busy_.store(false, std::memory_order_relaxed);
    switch_out();
#if defined(__SANITIZE_ADDRESS__)
    if (is_leaving_) {
      __sanitizer_start_switch_fiber(nullptr, outside_stack_, outside_stack_size_);
      setcontext(&outside_);
    }
#endif
  }
}

bool Fiber::resume(const std::function<void()>& body) {
  if (!busy_.load(std::memory_order_relaxed)) {
    body_.store(&body, std::memory_order_relaxed);
#if defined(__SANITIZE_THREAD__)
    __tsan_release(this);
#endif
  }
  busy_.store(true, std::memory_order_relaxed);
  switch_in();
  return !busy_.load(std::memory_order_relaxed);
}

__attribute__((no_sanitize_thread)) void Fiber::give_way() { switch_out(); }

// The first switch sets the stack up. Later ones jump, which takes no call of the system;
// sanitizers want none of that.
__attribute__((no_sanitize_thread)) void Fiber::switch_in() {
#if defined(__SANITIZE_ADDRESS__)
  void* fake_stack = nullptr;
  __sanitizer_start_switch_fiber(&fake_stack, stack_.get(), kStackBytes);
#endif
#if defined(__SANITIZE_THREAD__)
  sanitizer_outside_ = __tsan_get_current_fiber();
  __tsan_switch_to_fiber(sanitizer_fiber_, 1);  // no order between fibers but that of barriers
#endif
  if (kSanitized) {
    swapcontext(&outside_, &inside_);
  } else if (_setjmp(outside_jump_) == 0) {
    if (started_) _longjmp(inside_jump_, 1);
    started_ = true;
    setcontext(&inside_);
  }
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(fake_stack, nullptr, nullptr);
#endif
}

__attribute__((no_sanitize_thread)) void Fiber::switch_out() {
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_start_switch_fiber(&fake_stack_, outside_stack_, outside_stack_size_);
#endif
#if defined(__SANITIZE_THREAD__)
  __tsan_switch_to_fiber(sanitizer_outside_, 1);
#endif
  if (kSanitized) {
    swapcontext(&inside_, &outside_);
  } else if (_setjmp(inside_jump_) == 0) {
    _longjmp(outside_jump_, 1);
  }
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(fake_stack_, &outside_stack_, &outside_stack_size_);
#endif
}

}  // namespace deeplab::doubles
