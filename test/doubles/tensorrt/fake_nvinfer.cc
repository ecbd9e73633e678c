// A libnvinfer and libnvonnxparser in one that can only be opened: any version, and factories that
// fail in every way TensorRT's do. What it does is said by variables, read at each call:
//   DEEPLAB_FAKE_TRT_VERSION  what getInferLibVersion() returns
//   DEEPLAB_FAKE_TRT_PARSER   what getNvOnnxParserVersion() returns
//   DEEPLAB_FAKE_TRT_CREATE   object (the default), null, garbage, error, warning, object-and-error
// Test code: never packaged.
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "infer/trt_api_callbacks.h"

#define FAKE_EXPORT extern "C" __attribute__((visibility("default")))

namespace {

using deeplab::infer::trt::ILogger;
using deeplab::infer::trt::Severity;

int g_alive = 0;

// As much of an object as its owner touches before the first call.
struct Fake {
  Fake() { ++g_alive; }
  virtual ~Fake() { --g_alive; }
  void* methods = nullptr;
};

// What TensorRT really returns without a driver.
void* Garbage() { return reinterpret_cast<void*>(uintptr_t{0x228}); }

int Number(const char* variable, int otherwise) {
  const char* const text = std::getenv(variable);
  return text != nullptr ? std::atoi(text) : otherwise;
}

void* Create(void* logger_address) {
  auto* const logger = static_cast<ILogger*>(logger_address);
  const char* const variable = std::getenv("DEEPLAB_FAKE_TRT_CREATE");
  const char* const mode = variable != nullptr ? variable : "object";
  if (std::strcmp(mode, "null") == 0) return nullptr;
  if (std::strcmp(mode, "garbage") == 0) return Garbage();
  if (std::strcmp(mode, "error") == 0) {
    logger->log(Severity::kError, "CUDA initialization failure with error: 35");
    logger->log(Severity::kInternalError, "and another thing");
    return Garbage();
  }
  if (std::strcmp(mode, "warning") == 0) logger->log(Severity::kWarning, "another logger is used");
  if (std::strcmp(mode, "object-and-error") == 0) {
    static Fake never_used;  // no one may delete it
    logger->log(Severity::kError, "half made");
    return &never_used;
  }
  return new Fake();
}

int32_t g_version_asked = 0;

}  // namespace

FAKE_EXPORT int32_t getInferLibVersion() noexcept {
  return Number("DEEPLAB_FAKE_TRT_VERSION", 101401);
}

FAKE_EXPORT int32_t getInferLibBuildVersion() noexcept { return 48; }

FAKE_EXPORT void* createInferRuntime_INTERNAL(void* logger, int32_t version) noexcept {
  g_version_asked = version;
  return Create(logger);
}

#if !defined(FAKE_NVINFER_LEAN)
FAKE_EXPORT void* createInferBuilder_INTERNAL(void* logger, int32_t version) noexcept {
  g_version_asked = version;
  return Create(logger);
}

FAKE_EXPORT void* createNvOnnxParser_INTERNAL(void*, void* logger, int version) noexcept {
  g_version_asked = version;
  return Create(logger);
}

FAKE_EXPORT int getNvOnnxParserVersion() noexcept { return Number("DEEPLAB_FAKE_TRT_PARSER", 100); }
#endif

// For the tests: objects that were not deleted, and the version that a factory was asked for last.
FAKE_EXPORT int fakeObjectsAlive() noexcept { return g_alive; }
FAKE_EXPORT int32_t fakeVersionAsked() noexcept { return g_version_asked; }
