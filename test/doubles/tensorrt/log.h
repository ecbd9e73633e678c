// Lines of the log, in TensorRT's own form.
#pragma once

#include <NvInfer.h>

#include <string>

namespace deeplab::doubles::trt {

using nvinfer1::ILogger;

// Keeps the first logger that the process gives; another one is told so.
void KeepLogger(ILogger* logger, const char* what);
ILogger* TheLogger();

void Log(ILogger::Severity severity, const std::string& text) noexcept;

// "IRuntime::deserializeCudaEngine: Error Code 3: API Usage Error (text)".
void LogError(const char* method, int code, const char* kind, const std::string& text) noexcept;
// Kinds that occur often.
void LogUsage(const char* method, const std::string& text) noexcept;     // 3, a parameter
void LogInternal(const char* method, const std::string& text) noexcept;  // 2
void LogCuda(const char* method, int result) noexcept;                   // 1

}  // namespace deeplab::doubles::trt
