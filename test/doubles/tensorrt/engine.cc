// The engine as the user sees it.
#include "engine.h"

#include "context.h"
#include "log.h"
#include "onnx_model.h"

namespace deeplab::doubles::trt {

void LogUnknownTensor(const char* method, const char* name) noexcept {
  LogError(method, 3, "API Usage Error",
           std::string("Given invalid tensor name: ") + (name != nullptr ? name : "(null)") +
               ". Get valid tensor names with getIOTensorName()");
}

const Tensor* Engine::tensor(const char* method, const char* name) const noexcept {
  const Tensor* const found = core_->find(name);
  if (found == nullptr) LogUnknownTensor(method, name);
  return found;
}

int32_t Engine::getNbLayers() const noexcept {
  return static_cast<int32_t>(NodesOf(core_->plan().onnx).size());
}

IHostMemory* Engine::serialize() const noexcept {
  if (MustFail("serialize")) return nullptr;
  return new HostMemoryHandle(WritePlan(core_->plan()));
}

IExecutionContext* Engine::createExecutionContext(
    ExecutionContextAllocationStrategy strategy) noexcept {
  if (MustFail("createExecutionContext")) return nullptr;
  auto memory = std::make_unique<GpuMemory>();
  if (strategy != ExecutionContextAllocationStrategy::kUSER_MANAGED) {
    const bool for_all = strategy == ExecutionContextAllocationStrategy::kSTATIC;
    const int64_t bytes = for_all ? core_->context_bytes() : core_->context_bytes(0);
    if (!memory->allocate("ICudaEngine::createExecutionContext", static_cast<size_t>(bytes))) {
      return nullptr;
    }
  }
  auto* const context = new ContextHandle(factory_, owner, core_, strategy, std::move(memory));
  context->implementation().owner = context;
  return context;
}

IExecutionContext* Engine::createExecutionContextWithoutDeviceMemory() noexcept {
  return createExecutionContext(ExecutionContextAllocationStrategy::kUSER_MANAGED);
}

size_t Engine::getDeviceMemorySize() const noexcept {
  return static_cast<size_t>(core_->context_bytes());
}

int64_t Engine::getDeviceMemorySizeV2() const noexcept { return core_->context_bytes(); }

size_t Engine::getDeviceMemorySizeForProfile(int32_t profile) const noexcept {
  return static_cast<size_t>(getDeviceMemorySizeForProfileV2(profile));
}

int64_t Engine::getDeviceMemorySizeForProfileV2(int32_t profile) const noexcept {
  return profile >= 0 && profile < getNbOptimizationProfiles() ? core_->context_bytes(profile) : 0;
}

HardwareCompatibilityLevel Engine::getHardwareCompatibilityLevel() const noexcept {
  return core_->plan().ampere_plus ? HardwareCompatibilityLevel::kAMPERE_PLUS
                                   : HardwareCompatibilityLevel::kNONE;
}

int32_t Engine::getNbIOTensors() const noexcept {
  return static_cast<int32_t>(core_->plan().tensors.size());
}

char const* Engine::getIOTensorName(int32_t index) const noexcept {
  if (index >= 0 && index < getNbIOTensors()) {
    return core_->plan().tensors[static_cast<size_t>(index)].name.c_str();
  }
  LogUsage("ICudaEngine::getIOTensorName", "index >= 0 && index < getNbIOTensors()");
  return nullptr;
}

Dims Engine::getTensorShape(char const* name) const noexcept {
  const Tensor* const found = tensor("ICudaEngine::getTensorShape", name);
  return found != nullptr ? found->dims : kNoDims;
}

DataType Engine::getTensorDataType(char const* name) const noexcept {
  const Tensor* const found = tensor("ICudaEngine::getTensorDataType", name);
  return found != nullptr ? found->type : DataType::kFLOAT;
}

TensorLocation Engine::getTensorLocation(char const* name) const noexcept {
  tensor("ICudaEngine::getTensorLocation", name);
  return TensorLocation::kDEVICE;
}

bool Engine::isShapeInferenceIO(char const* name) const noexcept {
  tensor("ICudaEngine::isShapeInferenceIO", name);
  return false;
}

TensorIOMode Engine::getTensorIOMode(char const* name) const noexcept {
  const Tensor* const found = tensor("ICudaEngine::getTensorIOMode", name);
  if (found == nullptr) return TensorIOMode::kNONE;
  return found->is_input ? TensorIOMode::kINPUT : TensorIOMode::kOUTPUT;
}

TensorFormat Engine::getTensorFormat(char const* name) const noexcept {
  tensor("ICudaEngine::getTensorFormat", name);
  return TensorFormat::kLINEAR;
}

char const* Engine::getTensorFormatDesc(char const* name) const noexcept {
  const Tensor* const found = tensor("ICudaEngine::getTensorFormatDesc", name);
  if (found == nullptr) return "";
  return found->type == DataType::kHALF ? "Row-major linear FP16 format (kLINEAR)"
                                        : "Row-major linear FP32 (kLINEAR)";
}

int32_t Engine::getNbOptimizationProfiles() const noexcept {
  return static_cast<int32_t>(core_->plan().profiles.size());
}

Dims Engine::getProfileShape(char const* name, int32_t profile,
                             OptProfileSelector select) const noexcept {
  const char* const method = "ICudaEngine::getProfileShape";
  const Tensor* const found = tensor(method, name);
  if (found == nullptr) return kNoDims;
  if (!found->is_input) {
    return LogUsage(method, "tensorIOMode == TensorIOMode::kINPUT"), kNoDims;
  }
  if (profile < 0 || profile >= getNbOptimizationProfiles()) {
    return LogUsage(method, "profileIndex >= 0 && profileIndex < getNbOptimizationProfiles()"),
           kNoDims;
  }
  const auto input = static_cast<size_t>(found - core_->plan().tensors.data());
  return core_->plan().profiles[static_cast<size_t>(profile)][input][static_cast<size_t>(select)];
}

}  // namespace deeplab::doubles::trt
