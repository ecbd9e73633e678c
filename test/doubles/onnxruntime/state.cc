#include "state.h"

#include <cstdio>
#include <cstdlib>
#include <set>
#include <sstream>

#include "binding.h"

namespace deeplab::doubles::ort {
namespace {

const std::set<std::string>& FunctionsThatCanFail() {
  static const std::set<std::string> functions{"GetAvailableProviders",
                                               "CreateCUDAProviderOptions",
                                               "UpdateCUDAProviderOptions",
                                               "UpdateCUDAProviderOptionsWithValue",
                                               "SessionOptionsAppendExecutionProvider_CUDA_V2",
                                               "CreateTensorRTProviderOptions",
                                               "UpdateTensorRTProviderOptions",
                                               "UpdateTensorRTProviderOptionsWithValue",
                                               "SessionOptionsAppendExecutionProvider_TensorRT_V2",
                                               "CreateSession",
                                               "CreateSessionFromArray",
                                               "CreateIoBinding",
                                               "BindInput",
                                               "BindOutput",
                                               "BindOutputToDevice",
                                               "GetBoundOutputValues",
                                               "CreateRunOptions",
                                               "AddRunConfigEntry",
                                               "CreateMemoryInfo",
                                               "CreateTensorWithDataAsOrtValue",
                                               "RunWithBinding",
                                               "Allocate"};
  return functions;
}

[[noreturn]] void Reject(const char* variable, const std::string& value) {
  std::fprintf(stderr, "the proxy of ONNX Runtime: %s=%s means nothing to it\n", variable,
               value.c_str());
  std::abort();
}

std::string Variable(const char* name) {
  const char* const value = std::getenv(name);
  return value != nullptr ? value : "";
}

void ReadProviders() {
  const std::string value = Variable("DEEPLAB_DOUBLE_ORT_PROVIDERS");
  const Lock lock(TheState().mutex);
  std::vector<std::string>& providers = TheState().providers;
  if (value.empty() || value == "cuda,tensorrt") {
    providers = {"TensorrtExecutionProvider", "CUDAExecutionProvider"};
  } else if (value == "cuda") {
    providers = {"CUDAExecutionProvider"};
  } else if (value == "none") {
    providers = {};
  } else {
    Reject("DEEPLAB_DOUBLE_ORT_PROVIDERS", value);
  }
}

// "function:nth:text", separated by semicolons.
void ReadFailures() {
  const std::string value = Variable("DEEPLAB_DOUBLE_ORT_FAIL");
  std::istringstream list(value);
  for (std::string entry; std::getline(list, entry, ';');) {
    std::istringstream parts(entry);
    std::string function, nth, text;
    std::getline(parts, function, ':');
    std::getline(parts, nth, ':');
    std::getline(parts, text);
    const PlannedFailure failure{std::strtoull(nth.c_str(), nullptr, 10), kFail, text};
    if (nth.empty() || !AddFailure(function, failure)) Reject("DEEPLAB_DOUBLE_ORT_FAIL", value);
  }
}

struct AtLoad {
  AtLoad() { ReadEnvironment(); }
} g_at_load;

}  // namespace

std::string ProviderOptions::value(const std::string& name) const {
  for (const auto& [known, text] : values) {
    if (known == name) return text;
  }
  return "";
}

bool ProviderOptions::is_on(const std::string& name) const {
  const std::string text = value(name);
  return text == "1" || text == "True" || text == "true";
}

// Never destroyed: jobs may end while the process does.
State& TheState() {
  static State* const state = new State;
  return *state;
}

void Begin(const char* function) {
  State& state = TheState();
  const Lock lock(state.mutex);
  const unsigned long long call = ++state.calls[function];
  const auto [first, last] = state.failures.equal_range(function);
  for (auto at = first; at != last; ++at) {
    if (at->second.nth != 0 && at->second.nth != call) continue;
    const Failure failure{at->second.code, at->second.text};
    if (at->second.nth != 0) state.failures.erase(at);
    throw failure;
  }
}

bool AddFailure(const std::string& function, PlannedFailure failure) {
  if (FunctionsThatCanFail().count(function) == 0) return false;
  State& state = TheState();
  const Lock lock(state.mutex);
  if (failure.nth != 0) failure.nth += state.calls[function];
  state.failures.emplace(function, std::move(failure));
  return true;
}

void ReadEnvironment() {
  ReadProviders();
  ReadFailures();
}

void NoteMisuse(const std::string& text) {
  const Lock lock(TheState().mutex);
  TheState().misuses.push_back(text);
}

void Count(unsigned long long deeplab_double_ort_counters::*member, long long by) {
  const Lock lock(TheState().mutex);
  TheState().counters.*member += static_cast<unsigned long long>(by);
}

}  // namespace deeplab::doubles::ort
