#include "infer/trt_progress.h"

namespace deeplab::infer {
namespace {

// Of a build that fails with a thousand of them.
constexpr size_t kMostErrors = 6;

// Nothing may be thrown into TensorRT: what cannot be told is not told.
template <typename Body>
void Quietly(const Body& body) noexcept {
  try {
    body();
  } catch (...) {
  }
}

std::string Text(const char* text) { return text != nullptr ? text : ""; }

}  // namespace

void TrtProgress::phaseStart(const char* phase, const char* parent, int32_t steps) noexcept {
  Quietly([&] { listener_.phase_started(Text(phase), Text(parent), steps); });
}

bool TrtProgress::stepComplete(const char* phase, int32_t step) noexcept {
  Quietly([&] { listener_.step_completed(Text(phase), step); });
  return !listener_.is_cancelled();
}

void TrtProgress::phaseFinish(const char* phase) noexcept {
  Quietly([&] { listener_.phase_finished(Text(phase)); });
}

TrtBuildLog::TrtBuildLog(TrtLog& log, EngineBuildListener& listener)
    : log_(log), listener_(listener) {
  log_.set_listener([this](const TrtLogLine& line) { take(line); });
}

TrtBuildLog::~TrtBuildLog() { log_.set_listener(nullptr); }

void TrtBuildLog::warn(const std::string& text) {
  Quietly([&] { listener_.logged(false, text); });
}

std::vector<std::string> TrtBuildLog::errors() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return errors_;
}

void TrtBuildLog::take(const TrtLogLine& line) {
  const bool is_error = line.severity <= trt::Severity::kError;
  listener_.logged(is_error, line.text);
  if (!is_error) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  if (errors_.size() == kMostErrors) errors_.erase(errors_.begin() + 1);  // the first one stays
  errors_.push_back(line.text);
}

}  // namespace deeplab::infer
