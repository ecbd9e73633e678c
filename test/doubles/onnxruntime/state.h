// What the proxy knows: which of ONNX Runtime's objects are for GPUs, counts and failures. One lock
// guards it; nothing of ONNX Runtime or of the driver is called under it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "control.h"
#include "real.h"

struct CUstream_st;

namespace deeplab::doubles::ort {

// What a provider was told.
struct ProviderOptions {
  std::string provider;  // "CUDA" or "TensorRT"
  std::vector<std::pair<std::string, std::string>> values;
  bool has_stream = false;
  void* stream = nullptr;

  // Of a name, or "".
  std::string value(const std::string& name) const;
  bool is_on(const std::string& name) const;
};

class GpuSession;
struct GpuBinding;
struct ArenaPiece;

struct PlannedFailure {
  unsigned long long nth = 0;
  int32_t code = kFail;
  std::string text;
};

struct State {
  std::mutex mutex;
  std::map<const OrtSessionOptions*, std::vector<ProviderOptions>> session_options;
  std::map<const OrtModelSession*, std::shared_ptr<GpuSession>> sessions;
  std::map<const OrtRunOptions*, bool> queueing_runs;  // those that were told not to wait
  std::map<const OrtIoBinding*, std::unique_ptr<GpuBinding>> bindings;
  std::map<const OrtValue*, std::shared_ptr<ArenaPiece>> outputs;
  std::vector<ProviderOptions> newest_options;
  std::vector<std::string> misuses;
  std::multimap<std::string, PlannedFailure> failures;
  std::map<std::string, unsigned long long> calls;
  deeplab_double_ort_counters counters{};
  std::vector<std::string> providers;  // offered beside those of the real one
};

using Lock = std::lock_guard<std::mutex>;

State& TheState();

// Counts the call; throws the failure that a test asked for.
void Begin(const char* function);
// False: the proxy has no such function.
bool AddFailure(const std::string& function, PlannedFailure failure);
void ReadEnvironment();
void NoteMisuse(const std::string& text);

// counters.*member += by.
void Count(unsigned long long deeplab_double_ort_counters::*member, long long by = 1);

}  // namespace deeplab::doubles::ort
