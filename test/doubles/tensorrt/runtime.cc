#include "runtime.h"

#include <stdexcept>

#include "engine.h"
#include "log.h"

namespace deeplab::doubles::trt {
namespace {

constexpr const char* kMethod = "IRuntime::deserializeCudaEngine";

// Null where this device's memory has no room: the log says so.
std::unique_ptr<GpuMemory> LoadWeights(const Plan& plan) {
  auto weights = std::make_unique<GpuMemory>();
  return weights->allocate(kMethod, plan.onnx.size()) ? std::move(weights) : nullptr;
}

std::shared_ptr<const EngineCore> LoadNetwork(Plan plan) {
  try {
    return std::make_shared<const EngineCore>(std::move(plan));
  } catch (const std::exception& error) {
    LogInternal(kMethod, error.what());
    return nullptr;
  }
}

}  // namespace

ILogger* Runtime::getLogger() const noexcept { return TheLogger(); }

bool Runtime::setMaxThreads(int32_t threads) noexcept {
  if (threads < 1) return LogUsage("IRuntime::setMaxThreads", "maxThreads > 0"), false;
  max_threads_ = threads;
  return true;
}

ICudaEngine* Runtime::deserializeCudaEngine(void const* bytes, std::size_t size) noexcept {
  if (MustFail("deserializeCudaEngine")) return nullptr;
  ComputeCapability device;
  int result = 0;
  if (!CurrentCapability(&device, &result)) return LogCuda(kMethod, result), nullptr;
  Plan plan;
  if (!ReadPlan(bytes, size, CurrentSettings().version, device, host_code_allowed_, &plan)) {
    return nullptr;
  }
  auto weights = LoadWeights(plan);
  if (weights == nullptr) return nullptr;
  auto core = LoadNetwork(std::move(plan));
  if (core == nullptr) return nullptr;
  auto* const engine = new EngineHandle(factory_, std::move(weights), std::move(core));
  engine->implementation().owner = engine;
  Count(&deeplab_double_trt_counters::deserialized);
  return engine;
}

}  // namespace deeplab::doubles::trt
