// What libnvinfer exports for building engines; the lean library has none of it.
#include "builder.h"
#include "entry.h"
#include "gpu.h"
#include "log.h"

using namespace deeplab::doubles::trt;

extern "C" TENSORRTAPI void* createInferBuilder_INTERNAL(void* logger, int32_t version) noexcept {
  KeepLogger(static_cast<nvinfer1::ILogger*>(logger), "createInferBuilder");
  if (!HasGpu()) return WithoutDriver();
  if (MustFail("createInferBuilder") || !IsOwnVersion("createInferBuilder", version)) {
    return nullptr;
  }
  auto* const builder = new BuilderHandle();
  builder->implementation().owner = builder;
  return static_cast<nvinfer1::IBuilder*>(builder);
}
