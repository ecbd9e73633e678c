// TensorRT's log lines, handed to who listens and kept in memory instead of being printed: of those
// kept, warnings and worse stay in a small ring. TensorRT tells why something failed in its log
// only, so an error line can also be caught by the thread whose call made it.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "infer/trt_api_callbacks.h"

namespace deeplab::infer {

struct TrtLogLine {
  trt::Severity severity = trt::Severity::kWarning;
  std::string text;
};

// Any thread may write or read. TensorRT may call it until the process ends: never destroy one that
// was given to it.
class TrtLog final : public trt::ILogger {
 public:
  static constexpr size_t kMaxLines = 64;
  static constexpr size_t kMaxTextLength = 2000;

  // What TensorRT calls. Never throws into it.
  void log(trt::Severity severity, const char* message) noexcept override;

  // Oldest first.
  std::vector<TrtLogLine> recent() const;

  // The newest line of severity error or internal error, by any thread; empty when there was none.
  std::string last_error() const;

  // Gets every line that is kept, on the thread that logs it, one call at a time; null: nobody.
  // What it throws is lost. When this returns, the listener before is no longer called.
  using Listener = std::function<void(const TrtLogLine&)>;
  void set_listener(Listener listener);

 private:
  void Append(trt::Severity severity, std::string text);
  void Tell(const TrtLogLine& line) noexcept;

  std::mutex listener_mutex_;  // held while the listener runs
  Listener listener_;
  mutable std::mutex mutex_;
  std::deque<TrtLogLine> lines_;
  std::string last_error_;
};

// Catches, while it lives, the error lines that this thread's calls into TensorRT make. Scopes may
// nest: a line goes to the innermost.
class TrtErrorScope {
 public:
  TrtErrorScope() noexcept;
  ~TrtErrorScope();
  TrtErrorScope(const TrtErrorScope&) = delete;
  TrtErrorScope& operator=(const TrtErrorScope&) = delete;

  bool any() const noexcept { return count_ > 0; }
  // The first line, which names the cause, and how many followed; empty when there was none.
  std::string text() const;

 private:
  friend class TrtLog;
  // Never throws: without memory for the text the line still counts.
  void Catch(const std::string& line) noexcept;

  TrtErrorScope* const outer_;
  int count_ = 0;
  std::string first_;
};

}  // namespace deeplab::infer
