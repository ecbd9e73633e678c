// Where the log lines of vendor libraries go while the program runs: to every environment that
// listens. A library is loaded once per process and logs from any of its threads, so whose model
// made it say a line is not known.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>

namespace deeplab {

enum class LogLevel : int32_t { kVerbose, kInfo, kWarning, kError, kFatal };
constexpr int32_t kLogLevels = 5;

struct LogLine {
  LogLevel level = LogLevel::kWarning;
  const char* source = "";  // "onnxruntime" or "tensorrt"; a literal
  std::string text;
  double time = 0;  // milliseconds since 1970
};

// Any thread.
class LogHub {
 public:
  static constexpr size_t kMaxTextLength = 2000;
  using Sink = std::function<void(const LogLine&)>;

  // The one of the process; never destroyed, for libraries log while the process leaves.
  static LogHub& Instance();

  // Gets lines from `least` upwards, on the thread that logs, one at a time; must be quick, must
  // not log, and what it throws is lost. Answers what to call remove() with.
  uint64_t add(LogLevel least, Sink sink);
  void set_least(uint64_t id, LogLevel least);
  // When this returns, the sink is no longer called.
  void remove(uint64_t id);

  // Whether anybody gets such lines: one load.
  bool wanted(LogLevel level) const noexcept { return static_cast<int32_t>(level) >= least_; }

  // Longer texts are cut. Never throws: without memory the line is lost.
  void tell(LogLevel level, const char* source, const char* location, const char* text) noexcept;

 private:
  struct Listener {
    LogLevel least;
    Sink sink;
  };
  void find_least();

  std::mutex mutex_;  // held while sinks run
  std::map<uint64_t, Listener> listeners_;
  uint64_t last_id_ = 0;
  std::atomic<int32_t> least_{kLogLevels};
};

}  // namespace deeplab
