// Reads the settings, from the environment at first.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <sstream>

#include "state.h"

namespace deeplab::doubles::trt {
namespace {

constexpr const char* kBuildModes[] = {"normal", "fail",   "hang", "stuck", "abort",
                                       "segv",   "rotate", "nan",  "drift"};

bool ReadNumber(const std::string& text, uint64_t* number) {
  char* end = nullptr;
  *number = std::strtoull(text.c_str(), &end, 10);
  return !text.empty() && *end == '\0' && text[0] != '-';
}

template <typename Number>
bool ReadInto(const std::string& text, Number* target) {
  uint64_t number = 0;
  if (!ReadNumber(text, &number)) return false;
  *target = static_cast<Number>(number);
  return true;
}

std::vector<std::string> Split(const std::string& text, char separator) {
  std::istringstream list(text);
  std::vector<std::string> parts;
  for (std::string part; std::getline(list, part, separator);) parts.push_back(part);
  return parts;
}

bool ReadVersion(const std::string& text, Version* version) {
  const std::vector<std::string> parts = Split(text, '.');
  if (parts.size() < 3 || parts.size() > 4) return false;
  int32_t* const fields[] = {&version->major, &version->minor, &version->patch, &version->build};
  for (size_t i = 0; i < parts.size(); ++i) {
    if (!ReadInto(parts[i], fields[i])) return false;
  }
  return true;
}

bool ReadBuildMode(const std::string& text, BuildMode* mode) {
  const auto found = std::find(std::begin(kBuildModes), std::end(kBuildModes), text);
  if (found == std::end(kBuildModes)) return false;
  *mode = static_cast<BuildMode>(found - std::begin(kBuildModes));
  return true;
}

// "method:nth:text", any number of them.
bool ReadFailures(const std::string& text) {
  for (const std::string& entry : Split(text, ',')) {
    std::istringstream parts(entry);
    std::string method, nth, line;
    std::getline(parts, method, ':');
    std::getline(parts, nth, ':');
    std::getline(parts, line);
    uint64_t number = 0;
    if (!ReadNumber(nth, &number) || !AddFailure(method, number, line)) return false;
  }
  return true;
}

bool Apply(const std::string& name, const std::string& value, Settings* settings) {
  const Settings defaults;
  const bool unset = value.empty();
  if (name == "ONNXRUNTIME") return settings->onnxruntime = value, true;
  if (name == "THREADS") return ReadInto(unset ? "1" : value, &settings->threads);
  if (name == "CONTEXT_BYTES") return ReadInto(unset ? "0" : value, &settings->context_bytes);
  if (name == "BUILD_STEP_MS") return ReadInto(unset ? "0" : value, &settings->build_step_ms);
  if (name == "BUILD") return ReadBuildMode(unset ? "normal" : value, &settings->build);
  if (name == "VERSION") {
    settings->version = defaults.version;
    return unset || ReadVersion(value, &settings->version);
  }
  if (name == "UNSUPPORTED") {
    const std::vector<std::string> names = Split(value, ',');
    settings->unsupported = {names.begin(), names.end()};
    return true;
  }
  return false;
}

void WriteReport() {
  const Lock lock(TheState().mutex);
  std::ofstream(std::getenv("DEEPLAB_DOUBLE_TRT_REPORT")) << Report();
}

}  // namespace

void ReadEnvironment() {
  for (const char* name : {"ONNXRUNTIME", "THREADS", "VERSION", "FAIL", "UNSUPPORTED",
                           "CONTEXT_BYTES", "BUILD", "BUILD_STEP_MS"}) {
    const std::string variable = std::string("DEEPLAB_DOUBLE_TRT_") + name;
    const char* const value = std::getenv(variable.c_str());
    if (value == nullptr || *value == '\0' || Set(name, value)) continue;
    std::fprintf(stderr, "the double of TensorRT: %s=%s means nothing to it\n", variable.c_str(),
                 value);
    std::abort();
  }
}

namespace {

struct AtLoad {
  AtLoad() {
    ReadEnvironment();
    if (std::getenv("DEEPLAB_DOUBLE_TRT_REPORT") != nullptr) std::atexit(WriteReport);
  }
} g_at_load;

}  // namespace

bool Set(const std::string& name, const std::string& value) {
  if (name == "FAIL") return ReadFailures(value);
  State& state = TheState();
  const Lock lock(state.mutex);
  Settings changed = state.settings;
  if (!Apply(name, value, &changed)) return false;
  state.settings = changed;
  return true;
}

}  // namespace deeplab::doubles::trt
