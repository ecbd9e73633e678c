// A model loaded on ONNX Runtime's CPU provider: what its slots share.
#pragma once

#include <memory>
#include <string>

#include "infer/backend.h"
#include "infer/ort_library.h"
#include "infer/ort_model.h"
#include "infer/ort_status.h"

namespace deeplab::infer {

class OrtSession final : public Session {
 public:
  // `library` lives as long as the process. `max_batch` bounds a dynamic batch only.
  // `choice`: why the CPU.
  OrtSession(const OrtLibrary& library, OrtModel model, int max_batch, int intra_op_threads,
             std::string choice);

  const SessionInfo& info() const noexcept override { return info_; }
  const BatchLimits& limits() const noexcept override { return limits_; }
  std::unique_ptr<Slot> new_slot() override;

  // For the slots.
  const OrtApi& api() const noexcept { return api_; }
  OrtModelSession* model() const noexcept { return model_.session.get(); }
  const OrtMemoryInfo* cpu_memory() const noexcept { return cpu_memory_.get(); }

 private:
  const OrtApi& api_;
  OrtModel model_;
  SessionInfo info_;
  BatchLimits limits_;
  OrtOwned<OrtMemoryInfo> cpu_memory_;
};

}  // namespace deeplab::infer
