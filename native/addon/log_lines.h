// The log lines of vendor libraries on their way to one environment's JavaScript: kept from the
// thread that logs until the JavaScript thread takes them, many at a time.
#pragma once

#include <napi.h>

#include <cstdint>
#include <memory>

#include "addon/completion_queue.h"
#include "core/log_hub.h"

namespace deeplab::addon {

// JavaScript thread only; keeps no event loop alive.
class LogLines {
 public:
  // Most lines that wait for JavaScript; beyond it they are lost, and counted.
  static constexpr size_t kMostLines = 4096;

  explicit LogLines(std::shared_ptr<CompletionQueue> completions);
  ~LogLines() { stop(); }

  // Hands lines from `least` upwards to `on_lines`, as lists, and what waits already. Who listened
  // before does no more.
  void listen(LogLevel least, Napi::Function on_lines);
  // Nothing is handed over from here on. Idempotent.
  void stop();

 private:
  struct Mail;
  void deliver(Napi::Env env, const std::shared_ptr<Mail>& mail);

  const std::shared_ptr<CompletionQueue> completions_;
  std::shared_ptr<Mail> mail_;  // null: nobody listens
  uint64_t id_ = 0;
  Napi::FunctionReference on_lines_;
};

}  // namespace deeplab::addon
