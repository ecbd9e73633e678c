// The control functions (control.h).
#include "control.h"

#include <algorithm>
#include <cstdio>

#include "calls.h"
#include "contexts.h"
#include "memory.h"
#include "settings.h"
#include "streams.h"

using namespace deeplab::doubles;

#define DEEPLAB_DOUBLE_EXPORT __attribute__((visibility("default")))

namespace {

template <typename Key, typename Table>
unsigned long long CountOf(const Key* name, const Table& table) {
  const auto found = table.find(name);
  return found != table.end() ? found->second : 0;
}

// Every handle, count and failure; streams are stopped by now.
void Forget(State* state) {
  state->streams.clear();
  state->contexts.clear();
  state->ranges.clear();
  state->retired.clear();
  state->retired_bytes = state->abandoned = 0;
  state->calls.clear();
  state->failures.clear();
  state->launches.clear();
  state->counters = {};
  state->initialized = false;
  state->delay_us = 0;
  state->pageable = DEEPLAB_DOUBLE_PAGEABLE_EARLY;
  ++state->epoch;
}

std::string KindsOf(const State& state) {
  std::string kinds;
  for (const Device& device : state.devices) kinds += std::string(",") + device.kind.name;
  return kinds.substr(1);
}

}  // namespace

extern "C" {

DEEPLAB_DOUBLE_EXPORT int deeplab_double_cuda_enqueue(CUstream_st* stream, void (*run)(void*),
                                                      void* argument) {
  return ContextCall("deeplab_double_cuda_enqueue", [&](Call& call) -> CUresult {
    const auto found = FindStream(&call, stream);
    if (found == nullptr) return CUDA_ERROR_INVALID_HANDLE;
    return Submit(found.get(), {{[run, argument] {
                                  run(argument);
                                  return CUDA_SUCCESS;
                                }},
                                nullptr});
  });
}

DEEPLAB_DOUBLE_EXPORT void* deeplab_double_cuda_host_address(unsigned long long address) {
  return FollowAddress(address, 1);
}

DEEPLAB_DOUBLE_EXPORT void* deeplab_double_cuda_host_range(unsigned long long address,
                                                           size_t bytes) {
  return FollowAddress(address, bytes);
}

DEEPLAB_DOUBLE_EXPORT int deeplab_double_cuda_current_device() {
  const Lock lock(TheState().mutex);
  const std::vector<CUcontext>& stack = ContextStack();
  const auto context = stack.empty() ? nullptr : TheState().contexts.find(stack.back());
  return context != nullptr ? context->device : -1;
}

DEEPLAB_DOUBLE_EXPORT int deeplab_double_cuda_fail(const char* function, unsigned long long nth,
                                                   int result) {
  const Lock lock(TheState().mutex);
  return AddFailure(function, nth, result);
}

DEEPLAB_DOUBLE_EXPORT void deeplab_double_cuda_lose(int device, int result) {
  const Lock lock(TheState().mutex);
  Lose(device, result);
}

DEEPLAB_DOUBLE_EXPORT unsigned long long deeplab_double_cuda_calls(const char* function) {
  const Lock lock(TheState().mutex);
  return CountOf(function, TheState().calls);
}

DEEPLAB_DOUBLE_EXPORT unsigned long long deeplab_double_cuda_launches(const char* kernel) {
  const Lock lock(TheState().mutex);
  return CountOf(kernel, TheState().launches);
}

DEEPLAB_DOUBLE_EXPORT void deeplab_double_cuda_count(deeplab_double_cuda_counters* out) {
  const Lock lock(TheState().mutex);
  *out = TheState().counters;
}

DEEPLAB_DOUBLE_EXPORT void deeplab_double_cuda_set_delay(unsigned microseconds, unsigned seed) {
  State& state = TheState();
  const Lock lock(state.mutex);
  state.delay_us = microseconds;
  state.random.seed(seed);
}

DEEPLAB_DOUBLE_EXPORT void deeplab_double_cuda_hold(int held) {
  const Lock lock(TheState().mutex);
  TheState().held = held != 0;
  TheState().changed.notify_all();
}

DEEPLAB_DOUBLE_EXPORT void deeplab_double_cuda_set_pageable(deeplab_double_cuda_pageable mode) {
  const Lock lock(TheState().mutex);
  TheState().pageable = mode;
}

DEEPLAB_DOUBLE_EXPORT void deeplab_double_cuda_set_memory_limit(int device,
                                                                unsigned long long bytes) {
  const Lock lock(TheState().mutex);
  Device& limited = TheState().devices[static_cast<size_t>(device)];
  limited.memory_limit = bytes == 0 ? 0 : std::max<size_t>(bytes, limited.used);
}

DEEPLAB_DOUBLE_EXPORT size_t deeplab_double_cuda_leaks(char* text, size_t size) {
  const Lock lock(TheState().mutex);
  std::string lines;
  size_t total = 0;
  for (const auto& [kind, count] : LiveObjects()) {
    total += count;
    if (count > 0) lines += std::to_string(count) + " " + kind + "\n";
  }
  if (size > 0) std::snprintf(text, size, "%s", lines.c_str());
  return total;
}

DEEPLAB_DOUBLE_EXPORT int deeplab_double_cuda_reset(const char* devices) {
  Call call;
  State& state = call.state;
  if (devices != nullptr && DeviceKinds(devices).empty()) return 0;
  for (int device = 0; device < static_cast<int>(state.devices.size()); ++device) {
    DestroyContext(&call, device);
  }
  state.held = false;
  Forget(&state);
  return SetDevices(devices != nullptr ? devices : KindsOf(state));
}

}  // extern "C"
