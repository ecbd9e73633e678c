// The ring of TensorRT's log lines, and the scopes that catch errors.
#include "infer/trt_log.h"

#include <algorithm>

#include "core/log_hub.h"

namespace deeplab::infer {
namespace {

thread_local TrtErrorScope* t_innermost = nullptr;

// TensorRT counts from the worst.
LogLevel LevelOf(trt::Severity severity) {
  const int32_t least = static_cast<int32_t>(trt::Severity::kVerbose);
  return static_cast<LogLevel>(std::clamp(least - static_cast<int32_t>(severity), 0, least));
}

bool IsError(trt::Severity severity) { return severity <= trt::Severity::kError; }

}  // namespace

void TrtLog::log(trt::Severity severity, const char* message) noexcept {
  LogHub::Instance().tell(LevelOf(severity), "tensorrt", nullptr, message);
  if (severity > trt::Severity::kWarning) return;
  try {
    std::string text = message != nullptr ? message : "";
    if (text.size() > kMaxTextLength) text.resize(kMaxTextLength);
    if (IsError(severity) && t_innermost != nullptr) t_innermost->Catch(text);
    Append(severity, text);
    Tell({severity, std::move(text)});
  } catch (...) {
    // Out of memory: the line is lost, the caller is not.
    if (IsError(severity) && t_innermost != nullptr) t_innermost->Catch({});
  }
}

void TrtLog::set_listener(Listener listener) {
  const std::lock_guard<std::mutex> lock(listener_mutex_);
  listener_ = std::move(listener);
}

void TrtLog::Tell(const TrtLogLine& line) noexcept {
  const std::lock_guard<std::mutex> lock(listener_mutex_);
  if (listener_ == nullptr) return;
  try {
    listener_(line);
  } catch (...) {
    // Its own affair.
  }
}

void TrtLog::Append(trt::Severity severity, std::string text) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (IsError(severity)) last_error_ = text;
  if (lines_.size() == kMaxLines) lines_.pop_front();
  lines_.push_back({severity, std::move(text)});
}

std::vector<TrtLogLine> TrtLog::recent() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return {lines_.begin(), lines_.end()};
}

std::string TrtLog::last_error() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return last_error_;
}

TrtErrorScope::TrtErrorScope() noexcept : outer_(t_innermost) { t_innermost = this; }

TrtErrorScope::~TrtErrorScope() { t_innermost = outer_; }

void TrtErrorScope::Catch(const std::string& line) noexcept {
  if (++count_ > 1) return;
  try {
    first_ = line;
  } catch (...) {
    // Out of memory: that there was an error is known all the same.
  }
}

std::string TrtErrorScope::text() const {
  if (count_ == 0) return "";
  const std::string more = count_ > 1 ? " (and " + std::to_string(count_ - 1) + " more)" : "";
  return (first_.empty() ? "an error without a text" : first_) + more;
}

}  // namespace deeplab::infer
