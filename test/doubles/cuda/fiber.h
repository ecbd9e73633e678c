// A function on a stack of its own, that may give way in its middle. Sanitizers are told of every
// switch.
#pragma once

#include <ucontext.h>
#include <atomic>
#include <csetjmp>

#include <cstddef>
#include <functional>
#include <memory>

namespace deeplab::doubles {

// Used by one thread of the host at a time.
class Fiber {
 public:
  Fiber();
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  // Runs `body`, or goes on with it, until it gives way (false) or ends (true).
  bool resume(const std::function<void()>& body);
  // Called by the body: back to resume().
  void give_way();

 private:
  static void Enter(unsigned high, unsigned low);
  void loop();
  void switch_in();
  void switch_out();

  std::unique_ptr<char[]> stack_;
  ucontext_t inside_, outside_;
  jmp_buf inside_jump_, outside_jump_;
  bool started_ = false;
  // Read and written on both sides of a switch.
  std::atomic<bool> busy_{false};
  std::atomic<const std::function<void()>*> body_{nullptr};
  void* sanitizer_fiber_ = nullptr;
  void* sanitizer_outside_ = nullptr;
  void* fake_stack_ = nullptr;
  bool is_leaving_ = false;
  const void* outside_stack_ = nullptr;
  size_t outside_stack_size_ = 0;
};

}  // namespace deeplab::doubles
