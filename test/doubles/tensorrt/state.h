// All that the double of TensorRT knows beside its objects: settings, counts, failures to come,
// wrong uses, and the one logger. Any thread; one lock.
#pragma once

#include <NvInfer.h>

#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "control.h"

namespace deeplab::doubles::trt {

enum class BuildMode { kNormal, kFail, kHang, kStuck, kAbort, kSegv, kRotate, kNan, kDrift };

struct Version {
  int32_t major = NV_TENSORRT_MAJOR;
  int32_t minor = NV_TENSORRT_MINOR;
  int32_t patch = NV_TENSORRT_PATCH;
  int32_t build = NV_TENSORRT_BUILD;
};

// "10.14.1": how messages name a version.
std::string VersionText(const Version& version);
// The number of the plan format that a version writes and reads. (The double's own table: NVIDIA's
// numbers where they were seen in messages.)
uint32_t SerializationVersion(const Version& version);

struct Settings {
  std::string onnxruntime;
  int threads = 1;
  Version version;
  std::set<std::string> unsupported;
  int64_t context_bytes = 0;  // 0: from the shapes
  BuildMode build = BuildMode::kNormal;
  int build_step_ms = 0;
};

struct Failure {
  uint64_t nth;  // of the method's calls; 0: every one
  std::string text;
};

struct State {
  std::mutex mutex;
  Settings settings;
  nvinfer1::ILogger* logger = nullptr;  // the first that was given, for good
  std::map<std::string, uint64_t> calls;
  std::multimap<std::string, Failure> failures;
  std::map<std::string, int64_t> alive;
  std::vector<std::string> misuses;
  deeplab_double_trt_counters counters{};
};

using Lock = std::lock_guard<std::mutex>;

// Never destroyed: streams' threads may outlive main().
State& TheState();
Settings CurrentSettings();

// A setting by its name without the prefix; false, and nothing changes, where it means nothing.
bool Set(const std::string& name, const std::string& value);
// All of them as the environment has them. Ends the process with a message where one means nothing.
void ReadEnvironment();
// The n-th call from now; false where there is no such method.
bool AddFailure(const std::string& method, uint64_t nth, const std::string& text);

// Counts a call. True: it must fail now, and the log says why already.
bool MustFail(const char* method);

void Count(unsigned long long deeplab_double_trt_counters::*counter, uint64_t by = 1);
// A wrong use: counted, and an error in the log.
void Misuse(const std::string& text);

// An object that is alive, by the kind that leaks are listed with.
class Alive {
 public:
  explicit Alive(const char* kind);
  ~Alive();
  Alive(const Alive&) = delete;
  Alive& operator=(const Alive&) = delete;

 private:
  const char* const kind_;
};

// Everything as JSON, for the report.
std::string Report();

}  // namespace deeplab::doubles::trt
