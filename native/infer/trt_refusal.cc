#include "infer/trt_refusal.h"

#include <initializer_list>
#include <regex>
#include <utility>

namespace deeplab::infer {
namespace {

bool Says(const std::string& log, std::initializer_list<const char*> phrases) {
  for (const char* phrase : phrases) {
    if (log.find(phrase) != std::string::npos) return true;
  }
  return false;
}

// What a pattern with two groups finds in the log; empty texts where it does not match.
std::pair<std::string, std::string> Two(const std::string& log, const char* pattern) {
  std::smatch match;
  if (!std::regex_search(log, match, std::regex(pattern))) return {};
  return {match[1], match[2]};
}

ErrorDetail Detail(const RefusedPlan& plan, const std::string& found, const std::string& needed) {
  ErrorDetail detail{{"path", plan.path}, {"tensorrt", plan.library}, {"log", plan.log}};
  if (!found.empty()) detail.emplace_back("found", found);
  if (!needed.empty()) detail.emplace_back("needed", needed);
  return detail;
}

Error DeviceMismatch(const RefusedPlan& plan) {
  // "expecting" is this machine, "got" is the plan's.
  const auto [needed, found] =
      Two(plan.log, "expecting compute ([0-9.]+)[^0-9]+got compute ([0-9.]+)");
  const std::string built = found.empty() ? "another GPU" : "compute capability " + found;
  const std::string here = needed.empty() ? "" : ", which has compute capability " + needed;
  return Error(ErrorCode::kEngineDeviceMismatch,
               "The engine " + plan.path + " was built for " + built + " and cannot run on " +
                   plan.device + here + ".",
               Detail(plan, found, needed));
}

Error VersionMismatch(const RefusedPlan& plan) {
  const auto [needed, found] =
      Two(plan.log, "expecting library version ([0-9.]+[0-9]) got ([0-9.]+[0-9])");
  const std::string by = found.empty() ? "another version of TensorRT" : "TensorRT " + found;
  return Error(ErrorCode::kEngineVersionMismatch,
               "The engine " + plan.path + " was built by " + by +
                   " and cannot be read by the TensorRT " + plan.library +
                   " of this machine: " + plan.log,
               Detail(plan, found, needed.empty() ? plan.library : needed));
}

}  // namespace

bool SaysOutOfMemory(const std::string& log) {
  return Says(log, {"out of memory", "OutOfMemory", "Out of memory"});
}

size_t RequestedBytes(const std::string& log) {
  static const std::regex asked("Requested (?:size was |amount of GPU memory \\()([0-9]{1,18})");
  std::smatch match;
  return std::regex_search(log, match, asked) ? std::stoull(match[1]) : 0;
}

Error ExplainRefusal(const RefusedPlan& plan) {
  if (Says(plan.log, {"incompatible device"})) return DeviceMismatch(plan);
  if (Says(plan.log, {"not compatible with this version of TensorRT", "Version tag does not match",
                      "kSERIALIZATION_VERSION"})) {
    return VersionMismatch(plan);
  }
  if (Says(plan.log, {"getEngineHostCodeAllowed"})) {
    return Error(ErrorCode::kEngineInvalid,
                 "The engine " + plan.path +
                     " carries code for the host (it was built version compatible), which is "
                     "never run. Build it without that flag.",
                 Detail(plan, "", ""));
  }
  const std::string log = plan.log.empty() ? "it gave no reason" : plan.log;
  return Error(ErrorCode::kEngineInvalid,
               plan.path + " is not an engine that TensorRT " + plan.library + " can read: " + log,
               Detail(plan, "", ""));
}

}  // namespace deeplab::infer
