// The control functions (control.h).
#include "control.h"

#include <cstdio>

#include "state.h"

using namespace deeplab::doubles::trt;

#define DEEPLAB_DOUBLE_EXPORT __attribute__((visibility("default")))

namespace {

size_t CopyText(const std::string& lines, size_t count, char* text, size_t size) {
  if (size > 0) std::snprintf(text, size, "%s", lines.c_str());
  return count;
}

unsigned long long AliveOf(const State& state, const char* kind) {
  const auto found = state.alive.find(kind);
  return found != state.alive.end() ? static_cast<unsigned long long>(found->second) : 0;
}

}  // namespace

extern "C" {

DEEPLAB_DOUBLE_EXPORT int deeplab_double_trt_fail(const char* method, unsigned long long nth,
                                                  const char* text) {
  return AddFailure(method, nth, text != nullptr ? text : "");
}

DEEPLAB_DOUBLE_EXPORT unsigned long long deeplab_double_trt_calls(const char* method) {
  const Lock lock(TheState().mutex);
  const auto found = TheState().calls.find(method);
  return found != TheState().calls.end() ? found->second : 0;
}

DEEPLAB_DOUBLE_EXPORT int deeplab_double_trt_set(const char* name, const char* value) {
  return Set(name, value != nullptr ? value : "");
}

DEEPLAB_DOUBLE_EXPORT void deeplab_double_trt_count(deeplab_double_trt_counters* out) {
  const State& state = TheState();
  const Lock lock(TheState().mutex);
  *out = state.counters;
  out->runtimes = AliveOf(state, "runtime");
  out->engines = AliveOf(state, "engine");
  out->contexts = AliveOf(state, "execution context");
  out->builders = AliveOf(state, "builder");
  out->configs = AliveOf(state, "builder config");
  out->networks = AliveOf(state, "network");
  out->timing_caches = AliveOf(state, "timing cache");
  out->host_memories = AliveOf(state, "host memory");
  out->parsers = AliveOf(state, "parser");
}

DEEPLAB_DOUBLE_EXPORT size_t deeplab_double_trt_leaks(char* text, size_t size) {
  const Lock lock(TheState().mutex);
  std::string lines;
  size_t total = 0;
  for (const auto& [kind, count] : TheState().alive) {
    total += static_cast<size_t>(count);
    if (count > 0) lines += std::to_string(count) + " " + kind + "\n";
  }
  return CopyText(lines, total, text, size);
}

DEEPLAB_DOUBLE_EXPORT size_t deeplab_double_trt_misuses(char* text, size_t size) {
  const Lock lock(TheState().mutex);
  std::string lines;
  for (const std::string& misuse : TheState().misuses) lines += misuse + "\n";
  return CopyText(lines, TheState().misuses.size(), text, size);
}

DEEPLAB_DOUBLE_EXPORT void deeplab_double_trt_reset() {
  State& state = TheState();
  {
    const Lock lock(state.mutex);
    state.settings = {};
    state.logger = nullptr;
    state.calls.clear();
    state.failures.clear();
    state.misuses.clear();
    state.counters = {};
  }
  ReadEnvironment();
}

}  // extern "C"
