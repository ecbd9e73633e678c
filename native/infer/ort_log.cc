// The ring of ONNX Runtime's log lines.
#include "infer/ort_log.h"

#include <algorithm>

#include "core/log_hub.h"

namespace deeplab::infer {
namespace {

constexpr const char* kSource = "onnxruntime";

// ONNX Runtime's severities are the levels, by the same numbers.
LogLevel LevelOf(int32_t severity) {
  return static_cast<LogLevel>(std::clamp(severity, 0, kLogLevels - 1));
}

}  // namespace

void DEEPLAB_ORT_CALL OrtLog::Receive(void* self, int32_t severity, const char* /*category*/,
                                      const char* /*log_id*/, const char* location,
                                      const char* message) noexcept {
  LogHub::Instance().tell(LevelOf(severity), kSource, location, message);
  if (severity < kOrtLogWarning) return;
  try {
    static_cast<OrtLog*>(self)->Append(severity, location, message);
  } catch (...) {
    // Out of memory: the line is lost, the caller is not.
  }
}

void OrtLog::Append(int32_t severity, const char* location, const char* message) {
  std::string text = std::string(location != nullptr ? location : "") + " " +
                     std::string(message != nullptr ? message : "");
  if (text.size() > kMaxTextLength) text.resize(kMaxTextLength);
  const std::lock_guard<std::mutex> lock(mutex_);
  if (severity >= kOrtLogError) last_error_ = text;
  if (lines_.size() == kMaxLines) lines_.pop_front();
  lines_.push_back({severity, std::move(text)});
}

std::vector<OrtLogLine> OrtLog::recent() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return {lines_.begin(), lines_.end()};
}

std::string OrtLog::last_error() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return last_error_;
}

}  // namespace deeplab::infer
