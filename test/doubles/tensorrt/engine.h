// Engines: what their contexts share, and the object that the user holds.
#pragma once

#include <NvInfer.h>

#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "objects.h"
#include "onnx_session.h"
#include "plan.h"

namespace deeplab::doubles::trt {

using DimsList = std::vector<Dims>;

// A plan and its network. Immutable but for a memory of shapes; any thread.
class EngineCore {
 public:
  // Throws std::runtime_error with ONNX Runtime's words.
  explicit EngineCore(Plan plan);

  const Plan& plan() const noexcept { return plan_; }
  const OnnxSession& session() const noexcept { return session_; }
  size_t input_count() const noexcept { return session_.inputs().size(); }
  // Null: there is no tensor of that name.
  const Tensor* find(const char* name) const noexcept;

  // The outputs' shapes for these of all inputs. Throws std::runtime_error.
  DimsList output_shapes(const DimsList& inputs) const;
  // Bytes that the activations of a context need.
  int64_t context_bytes(int32_t profile) const;
  int64_t context_bytes() const;  // of the greatest profile

 private:
  bool only_batch_is_open() const;
  bool shapes_by_symbols(const DimsList& inputs, DimsList* outputs) const;

  const Plan plan_;
  const OnnxSession session_;
  mutable std::mutex mutex_;
  mutable std::map<std::vector<std::vector<int64_t>>, DimsList> tried_;
};

class Engine final : public CudaEngineDefaults {
 public:
  Engine(const Factory& runtime, std::unique_ptr<GpuMemory> weights,
         std::shared_ptr<const EngineCore> core)
      : product_(runtime), weights_(std::move(weights)), core_(std::move(core)) {}

  ICudaEngine* owner = nullptr;

  ICudaEngine* getPImpl() noexcept override { return owner; }
  int32_t getNbLayers() const noexcept override;
  IHostMemory* serialize() const noexcept override;
  IExecutionContext* createExecutionContext(
      ExecutionContextAllocationStrategy strategy) noexcept override;
  IExecutionContext* createExecutionContextWithoutDeviceMemory() noexcept override;
  size_t getDeviceMemorySize() const noexcept override;
  int64_t getDeviceMemorySizeV2() const noexcept override;
  size_t getDeviceMemorySizeForProfile(int32_t profile) const noexcept override;
  int64_t getDeviceMemorySizeForProfileV2(int32_t profile) const noexcept override;
  bool isRefittable() const noexcept override { return false; }
  char const* getName() const noexcept override { return core_->plan().name.c_str(); }
  EngineCapability getEngineCapability() const noexcept override {
    return EngineCapability::kSTANDARD;
  }
  bool hasImplicitBatchDimension() const noexcept override { return false; }
  HardwareCompatibilityLevel getHardwareCompatibilityLevel() const noexcept override;
  int32_t getNbAuxStreams() const noexcept override { return 0; }

  int32_t getNbIOTensors() const noexcept override;
  char const* getIOTensorName(int32_t index) const noexcept override;
  Dims getTensorShape(char const* name) const noexcept override;
  DataType getTensorDataType(char const* name) const noexcept override;
  TensorLocation getTensorLocation(char const* name) const noexcept override;
  bool isShapeInferenceIO(char const* name) const noexcept override;
  TensorIOMode getTensorIOMode(char const* name) const noexcept override;
  TensorFormat getTensorFormat(char const* name) const noexcept override;
  char const* getTensorFormatDesc(char const* name) const noexcept override;
  int32_t getTensorVectorizedDim(char const*) const noexcept override { return -1; }
  int32_t getNbOptimizationProfiles() const noexcept override;
  Dims getProfileShape(char const* name, int32_t profile,
                       OptProfileSelector select) const noexcept override;

 private:
  // Null, and an error of `method` in the log, where there is none.
  const Tensor* tensor(const char* method, const char* name) const noexcept;

  const Alive alive_{"engine"};
  const Product product_;
  const Factory factory_{"an engine"};
  const std::unique_ptr<GpuMemory> weights_;
  const std::shared_ptr<const EngineCore> core_;
};

using EngineHandle = Handle<ICudaEngine, Engine>;

constexpr Dims kNoDims{-1, {}};

// Says that an engine has no such tensor.
void LogUnknownTensor(const char* method, const char* name) noexcept;

}  // namespace deeplab::doubles::trt
