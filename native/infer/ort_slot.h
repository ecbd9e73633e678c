// Memory that this slot owns, bound to a model on ONNX Runtime's CPU provider.
#pragma once

#include <vector>

#include "core/memory.h"
#include "infer/backend.h"
#include "infer/ort_binding.h"
#include "infer/ort_session.h"

namespace deeplab::infer {

class OrtSlot final : public Slot, private OrtMemory {
 public:
  explicit OrtSlot(const OrtSession& session);

  void* prepare(int batch, int height, int width) override {
    return binding_.prepare(batch, height, width);
  }
  const std::vector<ConstPlanes>& run() override { return binding_.run(); }

 private:
  void* input(size_t bytes) override;
  void* output(size_t bytes) override;
  const OrtMemoryInfo* place() const noexcept override { return session_.cpu_memory(); }

  const OrtSession& session_;
  HostBuffer input_buffer_;
  HostBuffer output_buffer_;
  OrtBinding binding_;  // points into the buffers
};

}  // namespace deeplab::infer
