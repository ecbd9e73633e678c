#include "log.h"

#include <cstdio>
#include <cstdlib>

#include "gpu.h"
#include "skipped.h"
#include "state.h"

namespace deeplab::doubles::trt {

using Severity = ILogger::Severity;

void KeepLogger(ILogger* logger, const char* what) {
  bool differs = false;
  {
    const Lock lock(TheState().mutex);
    ILogger*& kept = TheState().logger;
    if (kept == nullptr) kept = logger;
    differs = kept != logger;
  }
  if (!differs) return;
  const std::string text =
      std::string("The logger passed into ") + what +
      " differs from one already provided for an existing builder, runtime, or refitter. Uses of "
      "the global logger, returned by nvinfer1::getLogger(), will return the existing value.";
  logger->log(Severity::kWARNING, text.c_str());
}

ILogger* TheLogger() {
  const Lock lock(TheState().mutex);
  return TheState().logger;
}

void Log(Severity severity, const std::string& text) noexcept {
  ILogger* const logger = TheLogger();
  if (logger != nullptr) logger->log(severity, text.c_str());
}

void LogError(const char* method, int code, const char* kind, const std::string& text) noexcept {
  Log(Severity::kERROR, std::string(method) + ": Error Code " + std::to_string(code) + ": " + kind +
                            " (" + text + ")");
}

void LogUsage(const char* method, const std::string& text) noexcept {
  LogError(method, 3, "API Usage Error", "Parameter check failed, condition: " + text);
}

void LogInternal(const char* method, const std::string& text) noexcept {
  LogError(method, 2, "Internal Error", text);
}

void LogCuda(const char* method, int result) noexcept {
  LogError(method, 1, "Cuda Runtime", GpuErrorText(result));
}

void LogSkipped(const char* method) noexcept {
  LogInternal(method, "The double of TensorRT has no such method");
}

void AbortSkipped(const char* method) noexcept {
  std::fprintf(stderr, "the double of TensorRT has no %s\n", method);
  std::abort();
}

}  // namespace deeplab::doubles::trt
