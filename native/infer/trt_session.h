// A model loaded into TensorRT: the plan on one device, or on several of one kind.
#pragma once

#include <memory>
#include <vector>

#include "cuda/pinned_source.h"
#include "infer/backend.h"
#include "infer/trt_engine.h"

namespace deeplab::infer {

class TrtSession final : public Session {
 public:
  // `library` lives as long as the process.
  TrtSession(const TrtLibrary& library, const OpenRequest& request,
             const std::vector<std::shared_ptr<cuda::Device>>& devices);

  const SessionInfo& info() const noexcept override { return info_; }
  const BatchLimits& limits() const noexcept override { return limits_; }
  std::vector<DeviceUse> devices() const override;
  BufferSource& buffers() const noexcept override { return buffers_; }
  std::shared_ptr<const void> register_memory(void* data, size_t size) const override;
  // On the devices in turn.
  std::unique_ptr<Slot> new_slot() override;

 private:
  const Exchange exchange_;
  std::vector<std::unique_ptr<TrtEngine>> engines_;  // one a device
  SessionInfo info_;
  BatchLimits limits_;
  mutable cuda::PinnedSource buffers_;
  size_t next_ = 0;
};

}  // namespace deeplab::infer
