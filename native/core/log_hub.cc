#include "core/log_hub.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace deeplab {
namespace {

double Now() {
  using Milliseconds = std::chrono::duration<double, std::milli>;
  return Milliseconds(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

LogHub& LogHub::Instance() {
  static LogHub* const hub = new LogHub;
  return *hub;
}

uint64_t LogHub::add(LogLevel least, Sink sink) {
  const std::lock_guard lock(mutex_);
  const uint64_t id = ++last_id_;
  listeners_.emplace(id, Listener{least, std::move(sink)});
  find_least();
  return id;
}

void LogHub::set_least(uint64_t id, LogLevel least) {
  const std::lock_guard lock(mutex_);
  listeners_.at(id).least = least;
  find_least();
}

void LogHub::remove(uint64_t id) {
  const std::lock_guard lock(mutex_);
  listeners_.erase(id);
  find_least();
}

void LogHub::find_least() {
  int32_t least = kLogLevels;
  for (const auto& [id, listener] : listeners_) {
    least = std::min(least, static_cast<int32_t>(listener.least));
  }
  least_ = least;
}

void LogHub::tell(LogLevel level, const char* source, const char* location,
                  const char* text) noexcept {
  if (!wanted(level)) return;
  try {
    LogLine line{level, source, location != nullptr ? location : "", Now()};
    if (text != nullptr) line.text.append(line.text.empty() ? "" : " ").append(text);
    if (line.text.size() > kMaxTextLength) line.text.resize(kMaxTextLength);
    const std::lock_guard lock(mutex_);
    for (const auto& [id, listener] : listeners_) {
      if (level >= listener.least) listener.sink(line);
    }
  } catch (...) {
    // Out of memory, or the sink's own affair: the caller is not lost.
  }
}

}  // namespace deeplab
