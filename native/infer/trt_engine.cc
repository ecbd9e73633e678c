#include "infer/trt_engine.h"

#include <utility>

#include "infer/trt_object.h"
#include "infer/trt_refusal.h"

namespace deeplab::infer {
namespace {

std::unique_ptr<trt::ICudaEngine> Deserialize(trt::IRuntime& runtime, const TrtLibrary& library,
                                              const cuda::Device& device,
                                              const std::vector<uint8_t>& plan,
                                              const std::string& path) {
  // Such plans bring machine code for the host along.
  runtime->setEngineHostCodeAllowed(false);
  TrtErrorScope errors;
  std::unique_ptr<trt::ICudaEngine> engine(
      runtime->deserializeCudaEngine(plan.data(), plan.size()));
  if (engine != nullptr) return engine;
  device.require_usable();
  if (SaysOutOfMemory(errors.text())) {
    throw cuda::DeviceFull(device, "The engine " + path, RequestedBytes(errors.text()),
                           "its plan has " + std::to_string(plan.size()) +
                               " bytes, and TensorRT says: " + errors.text(),
                           {{"path", path},
                            {"planBytes", std::to_string(plan.size())},
                            {"tensorrt", library.version_text()}});
  }
  throw ExplainRefusal({path, library.version_text(), device.label(), errors.text()});
}

}  // namespace

TrtEngine::TrtEngine(const TrtLibrary& library, std::shared_ptr<cuda::DeviceMemory> memory,
                     const std::vector<uint8_t>& plan, const std::string& path)
    : memory_(std::move(memory)), weights_(memory_, plan.size(), "The engine") {
  const cuda::Device& device = *memory_->device();
  const cuda::Current current(device);
  try {
    runtime_ = library.new_runtime();
    engine_ = Deserialize(*runtime_, library, device, plan, path);
    ports_ = ReadTrtPorts(*engine_, path);
  } catch (...) {
    drop();  // as long as the context is current
    throw;
  }
}

void TrtEngine::drop() noexcept {
  engine_.reset();
  runtime_.reset();
}

TrtEngine::~TrtEngine() {
  const cuda::Device& device = *memory_->device();
  const cuda::Current current(device.driver(), device.context());
  drop();
}

size_t TrtEngine::context_bytes() const noexcept {
  const int64_t bytes = (*engine_)->getDeviceMemorySizeV2();
  return bytes > 0 ? static_cast<size_t>(bytes) : 0;
}

std::unique_ptr<trt::IExecutionContext> TrtEngine::new_context() const {
  TrtErrorScope errors;
  std::unique_ptr<trt::IExecutionContext> context(
      (*engine_)->createExecutionContext(trt::ContextMemory::kUserManaged));
  if (context != nullptr) return context;
  memory_->device()->require_usable();
  if (SaysOutOfMemory(errors.text())) {
    throw cuda::DeviceFull(*memory_->device(), "A context of the engine",
                           RequestedBytes(errors.text()), "TensorRT says: " + errors.text());
  }
  throw Error(ErrorCode::kBackendFailed,
              "TensorRT could not make a context of the engine: " + errors.text(),
              {{"tensorrt", errors.text()}});
}

}  // namespace deeplab::infer
