// What libnvinfer exports for running engines.
#include "entry.h"
#include "gpu.h"
#include "log.h"
#include "runtime.h"

using namespace deeplab::doubles::trt;

namespace deeplab::doubles::trt {

void* WithoutDriver() {
  Log(ILogger::Severity::kERROR,
      "CUDA initialization failure with error: 35. Please check your CUDA installation: "
      "http://docs.nvidia.com/cuda/cuda-installation-guide-linux/index.html");
  return reinterpret_cast<void*>(uintptr_t{0x228});  // as TensorRT does
}

bool IsOwnVersion(const char* function, int32_t version) {
  const Version own = CurrentSettings().version;
  if (version / 10000 == own.major) return true;
  LogUsage(function, "version / 10000 == NV_TENSORRT_MAJOR. The program was compiled for version " +
                         std::to_string(version) + " of TensorRT");
  return false;
}

}  // namespace deeplab::doubles::trt

extern "C" {

TENSORRTAPI int32_t getInferLibVersion() noexcept {
  const Version own = CurrentSettings().version;
  return own.major * 10000 + own.minor * 100 + own.patch;
}
TENSORRTAPI int32_t getInferLibMajorVersion() noexcept { return CurrentSettings().version.major; }
TENSORRTAPI int32_t getInferLibMinorVersion() noexcept { return CurrentSettings().version.minor; }
TENSORRTAPI int32_t getInferLibPatchVersion() noexcept { return CurrentSettings().version.patch; }
TENSORRTAPI int32_t getInferLibBuildVersion() noexcept { return CurrentSettings().version.build; }

TENSORRTAPI nvinfer1::ILogger* getLogger() noexcept { return TheLogger(); }

TENSORRTAPI void* createInferRuntime_INTERNAL(void* logger, int32_t version) noexcept {
  KeepLogger(static_cast<nvinfer1::ILogger*>(logger), "createInferRuntime");
  if (!HasGpu()) return WithoutDriver();
  if (MustFail("createInferRuntime") || !IsOwnVersion("createInferRuntime", version)) {
    return nullptr;
  }
  auto* const runtime = new RuntimeHandle();
  runtime->implementation().owner = runtime;
  return static_cast<nvinfer1::IRuntime*>(runtime);
}

}  // extern "C"
