// One batch at a time through ONNX Runtime on a GPU: memory of this slot there, bound to the model.
#pragma once

#include <memory>
#include <vector>

#include "infer/backend.h"
#include "infer/ort_binding.h"
#include "infer/ort_device_engine.h"

namespace deeplab::infer {

class OrtDeviceSlot final : public DeviceSlot, private OrtMemory {
 public:
  // All of them outlive it.
  OrtDeviceSlot(const OrtDeviceEngine& engine, const SessionInfo& info, const BatchLimits& limits,
                const Exchange& exchange);

  void* prepare(int batch, int height, int width) override;
  const std::vector<ConstPlanes>& run() override;

  const std::shared_ptr<const cuda::Stream>& stream() const noexcept override {
    return engine_.stream();
  }
  const std::shared_ptr<cuda::DeviceMemory>& memory() const noexcept override {
    return engine_.memory();
  }
  const Exchange& exchange() const noexcept override { return exchange_; }

 private:
  void* input(size_t bytes) override;
  void* output(size_t bytes) override;
  bool is_written_late() const noexcept override { return true; }
  const OrtMemoryInfo* place() const noexcept override { return engine_.place(); }
  void explain_failure(const std::string& message) const override;

  const OrtDeviceEngine& engine_;
  const Exchange exchange_;
  cuda::DeviceBuffer input_;
  cuda::DeviceBuffer output_;
  OrtBinding binding_;  // points into the buffers
};

}  // namespace deeplab::infer
