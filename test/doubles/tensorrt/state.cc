// Counts, failures and wrong uses.
#include "state.h"

#include <algorithm>
#include <cstring>
#include <sstream>

#include "log.h"

namespace deeplab::doubles::trt {
namespace {

// What can be made to fail.
constexpr const char* kMethods[] = {
    "createInferRuntime",
    "createInferBuilder",
    "createNvOnnxParser",
    "deserializeCudaEngine",
    "createExecutionContext",
    "setOptimizationProfileAsync",
    "setInputShape",
    "setTensorAddress",
    "inferShapes",
    "enqueueV3",
    "createNetworkV2",
    "createBuilderConfig",
    "createOptimizationProfile",
    "addOptimizationProfile",
    "createTimingCache",
    "setDimensions",
    "setTimingCache",
    "buildSerializedNetwork",
    "parse",
    "parseFromFile",
    "serialize",
};

bool IsMethod(const std::string& name) {
  return std::any_of(std::begin(kMethods), std::end(kMethods),
                     [&](const char* known) { return name == known; });
}

// A failure that is due now, taken out unless it is for every call. Under the lock.
bool TakeFailure(State* state, const std::string& method, std::string* text) {
  const uint64_t call = ++state->calls[method];
  const auto [begin, end] = state->failures.equal_range(method);
  for (auto at = begin; at != end; ++at) {
    if (at->second.nth != 0 && at->second.nth != call) continue;
    *text = at->second.text;
    if (at->second.nth != 0) state->failures.erase(at);
    return true;
  }
  return false;
}

std::string Quoted(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c == '\n' ? ' ' : c;
  }
  return quoted + "\"";
}

}  // namespace

State& TheState() {
  static auto* const state = new State();
  return *state;
}

Settings CurrentSettings() {
  const Lock lock(TheState().mutex);
  return TheState().settings;
}

std::string VersionText(const Version& version) {
  return std::to_string(version.major) + "." + std::to_string(version.minor) + "." +
         std::to_string(version.patch);
}

uint32_t SerializationVersion(const Version& version) {
  if (version.major != 10) return static_cast<uint32_t>(version.major) * 28;
  if (version.minor < 4) return 237;
  return version.minor < 8 ? 239 : 240;
}

bool AddFailure(const std::string& method, uint64_t nth, const std::string& text) {
  State& state = TheState();
  const Lock lock(state.mutex);
  if (!IsMethod(method)) return false;
  state.failures.insert({method, {nth == 0 ? 0 : state.calls[method] + nth, text}});
  return true;
}

bool MustFail(const char* method) {
  std::string text;
  {
    State& state = TheState();
    const Lock lock(state.mutex);
    if (!TakeFailure(&state, method, &text)) return false;
  }
  if (text.empty()) text = "a failure that a test asked for";
  LogInternal(method, text);
  return true;
}

void Count(unsigned long long deeplab_double_trt_counters::*counter, uint64_t by) {
  const Lock lock(TheState().mutex);
  TheState().counters.*counter += by;
}

void Misuse(const std::string& text) {
  {
    const Lock lock(TheState().mutex);
    TheState().misuses.push_back(text);
    ++TheState().counters.misuses;
  }
  Log(ILogger::Severity::kERROR, "Misuse: " + text);
}

Alive::Alive(const char* kind) : kind_(kind) {
  const Lock lock(TheState().mutex);
  ++TheState().alive[kind];
}

Alive::~Alive() {
  const Lock lock(TheState().mutex);
  --TheState().alive[kind_];
}

std::string Report() {
  const State& state = TheState();
  std::ostringstream out;
  const char* separator = "";
  const auto number = [&](const std::string& name, uint64_t value) {
    out << separator << Quoted(name) << ": " << value;
    separator = ", ";
  };
  out << "{\"calls\": {";
  for (const auto& [name, count] : state.calls) number(name, count);
  separator = "";
  out << "},\n\"live\": {";
  for (const auto& [name, count] : state.alive) number(name, static_cast<uint64_t>(count));
  separator = "";
  out << "},\n\"counters\": {";
  number("enqueues", state.counters.enqueues);
  number("inferences", state.counters.inferences);
  number("images", state.counters.images);
  number("deserialized", state.counters.deserialized);
  number("built", state.counters.built);
  number("timingHits", state.counters.timing_hits);
  number("timingMisses", state.counters.timing_misses);
  separator = "";
  out << "},\n\"misuses\": [";
  for (const std::string& text : state.misuses) {
    out << separator << Quoted(text);
    separator = ", ";
  }
  out << "]}\n";
  return out.str();
}

}  // namespace deeplab::doubles::trt
