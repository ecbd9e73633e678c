// The control functions (control.h).
#include "control.h"

#include <cstdio>

#include "binding.h"
#include "state.h"

using namespace deeplab::doubles::ort;

#define DEEPLAB_DOUBLE_EXPORT __attribute__((visibility("default")))

namespace {

size_t CopyLines(const std::vector<std::string>& lines, char* text, size_t size) {
  std::string all;
  for (const std::string& line : lines) all += line + "\n";
  if (size > 0) std::snprintf(text, size, "%s", all.c_str());
  return lines.size();
}

}  // namespace

extern "C" {

DEEPLAB_DOUBLE_EXPORT void deeplab_double_ort_count(deeplab_double_ort_counters* out) {
  const Lock lock(TheState().mutex);
  *out = TheState().counters;
  out->misuses = TheState().misuses.size();
}

DEEPLAB_DOUBLE_EXPORT int deeplab_double_ort_fail(const char* function, unsigned long long nth,
                                                  int code, const char* text) {
  return AddFailure(function, {nth, code, text != nullptr ? text : "told to fail"});
}

DEEPLAB_DOUBLE_EXPORT unsigned long long deeplab_double_ort_calls(const char* function) {
  const Lock lock(TheState().mutex);
  const auto found = TheState().calls.find(function);
  return found != TheState().calls.end() ? found->second : 0;
}

DEEPLAB_DOUBLE_EXPORT size_t deeplab_double_ort_options(char* text, size_t size) {
  std::vector<std::string> lines;
  const Lock lock(TheState().mutex);
  for (const ProviderOptions& options : TheState().newest_options) {
    for (const auto& [name, value] : options.values) {
      lines.push_back(options.provider + " " + name + "=" + value);
    }
    if (options.has_stream) lines.push_back(options.provider + " user_compute_stream");
  }
  return CopyLines(lines, text, size);
}

DEEPLAB_DOUBLE_EXPORT size_t deeplab_double_ort_misuses(char* text, size_t size) {
  const Lock lock(TheState().mutex);
  return CopyLines(TheState().misuses, text, size);
}

DEEPLAB_DOUBLE_EXPORT void deeplab_double_ort_reset() {
  {
    const Lock lock(TheState().mutex);
    State& state = TheState();
    const deeplab_double_ort_counters alive = state.counters;
    state.counters = {};
    state.counters.sessions = alive.sessions;
    state.counters.bindings = alive.bindings;
    state.counters.provider_options = alive.provider_options;
    state.counters.outputs = alive.outputs;
    state.counters.arena_bytes = alive.arena_bytes;
    state.newest_options.clear();
    state.misuses.clear();
    state.failures.clear();
    state.calls.clear();
  }
  ReadEnvironment();
}

}  // extern "C"
