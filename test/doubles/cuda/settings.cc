#include "settings.h"

#include <cstdio>
#include <sstream>

#include "calls.h"
#include "contexts.h"

namespace deeplab::doubles {
namespace {

[[noreturn]] void Reject(const char* variable, const char* value) {
  std::fprintf(stderr, "the CUDA driver's double: %s=%s means nothing to it\n", variable, value);
  std::abort();
}

// `apply` with the variable's value, where it is set; it says whether the value is one.
template <typename Apply>
void Read(const char* variable, const Apply& apply) {
  const char* const value = std::getenv(variable);
  if (value != nullptr && *value != '\0' && !apply(std::string(value))) Reject(variable, value);
}

bool ReadNumber(const std::string& text, uint64_t* number) {
  char* end = nullptr;
  *number = std::strtoull(text.c_str(), &end, 10);
  return !text.empty() && *end == '\0' && text[0] != '-';
}

bool ReadPageable(const std::string& text) {
  deeplab_double_cuda_pageable& mode = TheState().pageable;
  if (text == "early")
    mode = DEEPLAB_DOUBLE_PAGEABLE_EARLY;
  else if (text == "late")
    mode = DEEPLAB_DOUBLE_PAGEABLE_LATE;
  else if (text == "scribble")
    mode = DEEPLAB_DOUBLE_PAGEABLE_SCRIBBLE;
  else
    return false;
  return true;
}

// "function:nth:result", any number of them.
bool ReadFailures(const std::string& text) {
  std::istringstream list(text);
  for (std::string entry; std::getline(list, entry, ',');) {
    std::istringstream parts(entry);
    std::string function, nth, result;
    std::getline(parts, function, ':');
    std::getline(parts, nth, ':');
    std::getline(parts, result);
    uint64_t number = 0, code = 0;
    if (!ReadNumber(nth, &number) || !ReadNumber(result, &code)) return false;
    if (!AddFailure(function, number, static_cast<CUresult>(code))) return false;
  }
  return true;
}

// A number for `apply`, where the variable is set.
template <typename Apply>
void ReadNumberOf(const char* variable, const Apply& apply) {
  Read(variable, [&](const std::string& text) {
    uint64_t number = 0;
    if (!ReadNumber(text, &number)) return false;
    apply(number);
    return true;
  });
}

void WriteReport() {
  const Lock lock(TheState().mutex);
  std::FILE* const file = std::fopen(std::getenv("DEEPLAB_DOUBLE_CUDA_REPORT"), "w");
  if (file == nullptr) return;
  std::fputs(Report().c_str(), file);
  std::fclose(file);
}

struct AtLoad {
  AtLoad() { ReadEnvironment(); }
} g_at_load;

}  // namespace

bool SetDevices(const std::string& kinds) {
  const std::vector<DeviceKind> found = DeviceKinds(kinds);
  if (found.empty()) return false;
  TheState().devices.clear();
  for (const DeviceKind& kind : found) {
    Device device;
    device.kind = kind;
    TheState().devices.push_back(device);
  }
  return true;
}

bool AddFailure(const std::string& function, uint64_t nth, CUresult result) {
  State& state = TheState();
  if (!IsDriverFunction(function)) return false;
  state.failures.insert({function, {nth == 0 ? 0 : state.calls[function] + nth, result}});
  return true;
}

void ReadEnvironment() {
  State& state = TheState();
  SetDevices("T4");
  Read("DEEPLAB_DOUBLE_CUDA_DEVICES", SetDevices);
  Read("DEEPLAB_DOUBLE_CUDA_PAGEABLE", ReadPageable);
  Read("DEEPLAB_DOUBLE_CUDA_FAIL", ReadFailures);
  ReadNumberOf("DEEPLAB_DOUBLE_CUDA_VERSION",
               [&](uint64_t value) { state.version = static_cast<int>(value); });
  ReadNumberOf("DEEPLAB_DOUBLE_CUDA_POOLS", [&](uint64_t value) { state.has_pools = value != 0; });
  ReadNumberOf("DEEPLAB_DOUBLE_CUDA_DELAY_US",
               [&](uint64_t value) { state.delay_us = static_cast<unsigned>(value); });
  ReadNumberOf("DEEPLAB_DOUBLE_CUDA_MEMORY_LIMIT", [&](uint64_t value) {
    for (Device& device : state.devices) device.memory_limit = value;
  });
  if (std::getenv("DEEPLAB_DOUBLE_CUDA_REPORT") != nullptr) std::atexit(WriteReport);
}

std::string Report() {
  const State& state = TheState();
  const auto& c = state.counters;
  std::ostringstream out;
  const char* separator = "";
  const char* before = "{";
  const auto number = [&](const std::string& name, uint64_t value) {
    out << separator << '"' << name << "\": " << value;
    separator = ", ";
  };
  const auto section = [&](const char* name) {
    out << before << '"' << name << "\": {";
    before = "},\n";
    separator = "";
  };
  section("calls");
  for (const auto& [name, count] : state.calls) number(name, count);
  section("launches");
  for (const auto& [name, count] : state.launches) number(name, count);
  section("live");
  for (const auto& [name, count] : LiveObjects()) number(name, count);
  section("counters");
  number("pinnedToDevice", c.pinned_to_device);
  number("pageableToDevice", c.pageable_to_device);
  number("deviceToPinned", c.device_to_pinned);
  number("deviceToPageable", c.device_to_pageable);
  number("deviceToDevice", c.device_to_device);
  number("memsetBytes", c.memset_bytes);
  number("toDeviceCopies", c.to_device_copies);
  number("fromDeviceCopies", c.from_device_copies);
  number("deviceAllocations", c.device_allocations);
  number("pinnedAllocations", c.pinned_allocations);
  number("deviceBytes", c.device_bytes);
  number("peakDeviceBytes", c.peak_device_bytes);
  number("pinnedBytes", c.pinned_bytes);
  number("launches", c.launches);
  number("graphLaunches", c.graph_launches);
  number("jobs", c.jobs);
  out << "}}\n";
  return out.str();
}

}  // namespace deeplab::doubles
