// Execution contexts: shapes, addresses, and work on streams.
#pragma once

#include <NvInfer.h>

#include <atomic>
#include <memory>
#include <vector>

#include "engine.h"
#include "job.h"

namespace deeplab::doubles::trt {

using Strategy = nvinfer1::ExecutionContextAllocationStrategy;

// One thread at a time; two at once are a misuse.
class Context final : public ExecutionContextDefaults {
 public:
  Context(const Factory& engine, ICudaEngine* engine_handle, std::shared_ptr<const EngineCore> core,
          Strategy strategy, std::unique_ptr<GpuMemory> memory);
  ~Context() override;

  IExecutionContext* owner = nullptr;

  IExecutionContext* getPImpl() noexcept override { return owner; }
  ICudaEngine const& getEngine() const noexcept override { return *engine_; }
  void setName(char const* name) noexcept override { name_ = name != nullptr ? name : ""; }
  char const* getName() const noexcept override { return name_.c_str(); }
  int32_t getOptimizationProfile() const noexcept override { return profile_; }
  bool setOptimizationProfileAsync(int32_t profile, cudaStream_t stream) noexcept override;
  bool allInputDimensionsSpecified() const noexcept override;
  bool allInputShapesSpecified() const noexcept override { return true; }
  bool setInputShape(char const* name, Dims const& dims) noexcept override;
  Dims getTensorShape(char const* name) const noexcept override;
  bool setTensorAddress(char const* name, void* address) noexcept override;
  bool setInputTensorAddress(char const* name, void const* address) noexcept override;
  bool setOutputTensorAddress(char const* name, void* address) noexcept override;
  void const* getTensorAddress(char const* name) const noexcept override;
  void* getOutputTensorAddress(char const* name) const noexcept override;
  int32_t inferShapes(int32_t capacity, char const** missing) noexcept override;
  bool enqueueV3(cudaStream_t stream) noexcept override;
  void setDeviceMemory(void* memory) noexcept override;
  void setDeviceMemoryV2(void* memory, int64_t size) noexcept override;
  size_t updateDeviceMemorySizeForShapes() noexcept override;

 private:
  // One call into the context.
  class Use {
   public:
    Use(const Context* context, const char* method)
        : context_(context), alone_(!context->in_use_.exchange(true)) {
      if (!alone_) Misuse(std::string("two threads used one execution context at once: ") + method);
    }
    ~Use() {
      if (alone_) context_->in_use_ = false;
    }
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;

   private:
    const Context* const context_;
    const bool alone_;
  };

  const std::vector<Tensor>& tensors() const noexcept { return core_->plan().tensors; }
  // -1, and an error of `method` in the log, where there is none.
  int index_of(const char* method, const char* name) const noexcept;
  void forget_shapes();
  bool fits_profile(size_t input, const Dims& dims) const;
  // Of the outputs, where all inputs have theirs; else as the engine declares them.
  bool resolve_shapes(const char* method) const noexcept;
  bool is_ready() const noexcept;
  Job* job_of(const JobParameters& parameters);
  bool submit(Job* job, cudaStream_t stream);

  const Alive alive_{"execution context"};
  const Product product_;
  ICudaEngine* const engine_;
  const std::shared_ptr<const EngineCore> core_;
  const Strategy strategy_;
  const std::unique_ptr<GpuMemory> memory_;
  uint64_t user_memory_ = 0;
  size_t user_memory_size_ = 0;
  std::string name_;
  int32_t profile_ = 0;
  mutable DimsList shapes_;  // of every tensor; rank -1: not known yet
  std::vector<uint64_t> addresses_;
  bool changed_ = true;  // shapes, since the last enqueue outside of a capture
  std::vector<Job*> jobs_;
  mutable std::atomic<bool> in_use_{false};
};

using ContextHandle = Handle<IExecutionContext, Context>;

}  // namespace deeplab::doubles::trt
