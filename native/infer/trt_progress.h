// What TensorRT tells while it builds, handed on: progress and log lines.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "infer/engine_build_listener.h"
#include "infer/trt_api_callbacks.h"
#include "infer/trt_log.h"

namespace deeplab::infer {

// Lives until the build is over.
class TrtProgress final : public trt::IProgressMonitor {
 public:
  explicit TrtProgress(EngineBuildListener& listener) : listener_(listener) {}

  void phaseStart(const char* phase, const char* parent, int32_t steps) noexcept override;
  bool stepComplete(const char* phase, int32_t step) noexcept override;
  void phaseFinish(const char* phase) noexcept override;

 private:
  EngineBuildListener& listener_;
};

// Listens to a library's log while it lives: hands every line on and keeps the errors, which are
// all that TensorRT says of why something failed. One at a time for a log.
class TrtBuildLog {
 public:
  TrtBuildLog(TrtLog& log, EngineBuildListener& listener);
  ~TrtBuildLog();
  TrtBuildLog(const TrtBuildLog&) = delete;
  TrtBuildLog& operator=(const TrtBuildLog&) = delete;

  // A line of ours among them.
  void warn(const std::string& text);

  // The first and the last of the error lines, in their order: the first names the cause, the last
  // what became of it. Empty when there was none.
  std::vector<std::string> errors() const;

 private:
  void take(const TrtLogLine& line);

  TrtLog& log_;
  EngineBuildListener& listener_;
  mutable std::mutex mutex_;
  std::vector<std::string> errors_;
};

}  // namespace deeplab::infer
