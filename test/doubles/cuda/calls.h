// What happens at the start of every call of the driver: it is counted, may be told to fail, and
// gets the current context of its thread.
#pragma once

#include "state.h"

namespace deeplab::doubles {

struct Call {
  State& state = TheState();
  Lock lock{state.mutex};
  int device = -1;  // of the current context

  Device& current() { return state.devices[static_cast<size_t>(device)]; }
  // Waits as long as `done` is false and the current context is not lost; returns its result.
  template <typename Done>
  CUresult wait(const Done& done) {
    state.changed.wait(lock, [&] { return done() || LostResult(device) != CUDA_SUCCESS; });
    return LostResult(device);
  }
};

enum class Needs { kNothing, kDriver, kContext };

// Counts the call and says why it must not go on, or CUDA_SUCCESS.
CUresult Begin(Call* call, const char* function, Needs needs);

// Most of the driver's functions: `body` runs in the current context, under the lock.
template <typename Body>
CUresult ContextCall(const char* function, const Body& body) {
  Call call;
  const CUresult refused = Begin(&call, function, Needs::kContext);
  return refused != CUDA_SUCCESS ? refused : body(call);
}

// Those that need no context, but cuInit before.
template <typename Body>
CUresult DriverCall(const char* function, const Body& body) {
  Call call;
  const CUresult refused = Begin(&call, function, Needs::kDriver);
  return refused != CUDA_SUCCESS ? refused : body(call);
}

// The calling thread's stack of contexts; the last is current.
std::vector<CUcontext>& ContextStack();

// Whether this thread is inside a function that cuLaunchHostFunc called.
extern thread_local bool t_in_host_function;

// The names of every function of the driver that the double has.
bool IsDriverFunction(const std::string& name);

}  // namespace deeplab::doubles
