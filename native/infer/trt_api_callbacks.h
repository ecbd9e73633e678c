// Own declarations of TensorRT 10's C++ interface, part 3: what we implement and TensorRT calls.
// Both sides must agree on every slot, the destructor's too; see trt_api_types.h.
#pragma once

#include <cstdint>

namespace deeplab::infer::trt {

// X(name of ours, NVIDIA's name, value), for the enumeration and for its test.
#define DEEPLAB_TRT_SEVERITIES(X)       \
  X(kInternalError, kINTERNAL_ERROR, 0) \
  X(kError, kERROR, 1)                  \
  X(kWarning, kWARNING, 2)              \
  X(kInfo, kINFO, 3)                    \
  X(kVerbose, kVERBOSE, 4)

enum class Severity : int32_t {
#define DEEPLAB_TRT_SEVERITY(own, vendors, value) own = (value),
  DEEPLAB_TRT_SEVERITIES(DEEPLAB_TRT_SEVERITY)
#undef DEEPLAB_TRT_SEVERITY
};

// Called from any thread, several at a time. The process has one: TensorRT keeps the first.
class ILogger {
 public:
  virtual void log(Severity severity, const char* message) noexcept = 0;
  virtual ~ILogger() = default;
};

// The language that an interface is implemented in: 0 C++, 1 Python.
enum class ApiLanguage : int32_t { kCpp = 0, kPython = 1 };

// Which interface an object implements, and its version.
struct InterfaceInfo {
  const char* kind;
  int32_t major;
  int32_t minor;
};

// The beginning of every interface that TensorRT asks for its version.
class IVersionedInterface {
 public:
  virtual ApiLanguage getAPILanguage() const noexcept { return ApiLanguage::kCpp; }
  virtual InterfaceInfo getInterfaceInfo() const noexcept = 0;
  virtual ~IVersionedInterface() noexcept = default;
};

// Told of a build's phases, which nest, by the thread that builds.
class IProgressMonitor : public IVersionedInterface {
 public:
  InterfaceInfo getInterfaceInfo() const noexcept override { return {"IProgressMonitor", 1, 0}; }
  // `parent` is null for the outermost phase.
  virtual void phaseStart(const char* phase, const char* parent, int32_t steps) noexcept = 0;
  // False ends the build: it returns null.
  virtual bool stepComplete(const char* phase, int32_t step) noexcept = 0;
  virtual void phaseFinish(const char* phase) noexcept = 0;
};

}  // namespace deeplab::infer::trt
