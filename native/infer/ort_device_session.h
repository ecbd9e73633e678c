// A model loaded on ONNX Runtime's CUDA or TensorRT provider: on one device, or on several of one
// kind. Nodes that a provider cannot run are ONNX Runtime's to place: it runs them on the CPU and
// waits for the copies that they need, when the input is bound and inside its run.
#pragma once

#include <memory>
#include <vector>

#include "cuda/pinned_source.h"
#include "infer/backend.h"
#include "infer/ort_device_engine.h"

namespace deeplab::infer {

class OrtDeviceSession final : public Session {
 public:
  // `choice` names the devices. `library` lives as long as the process.
  OrtDeviceSession(const OrtLibrary& library, const OpenRequest& request, const OrtChoice& choice);

  const SessionInfo& info() const noexcept override { return info_; }
  const BatchLimits& limits() const noexcept override { return limits_; }
  std::vector<DeviceUse> devices() const override;
  BufferSource& buffers() const noexcept override { return buffers_; }
  std::shared_ptr<const void> register_memory(void* data, size_t size) const override;
  // On the devices in turn.
  std::unique_ptr<Slot> new_slot() override;

 private:
  void check_sharing(const OrtDeviceEngine& engine) const;

  const Exchange exchange_;
  std::vector<std::unique_ptr<OrtDeviceEngine>> engines_;  // one a device
  SessionInfo info_;
  BatchLimits limits_;
  mutable cuda::PinnedSource buffers_;
  size_t next_ = 0;
};

}  // namespace deeplab::infer
