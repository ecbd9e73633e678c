// What is bound to a session on a GPU.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "session.h"

namespace deeplab::doubles::ort {

struct GpuBinding {
  explicit GpuBinding(std::shared_ptr<GpuSession> of) : session(std::move(of)) {}

  const std::shared_ptr<GpuSession> session;
  std::optional<TensorFacts> input;
  // What was in the input when it was bound, in the stream's order: the real library copies there
  // where the first nodes run on another device, and every run uses that copy.
  std::shared_ptr<std::vector<char>> bound_values;
  // Where the output goes: memory of the caller's or, with `piece`, of the arena. Neither: the
  // place is the device, and the next run allocates there. As in ONNX Runtime, what a run allocated
  // stays bound.
  std::optional<TensorFacts> output;
  std::shared_ptr<ArenaPiece> piece;
  bool is_output_bound = false;
};

// Null: it is one of the real library's.
GpuBinding* FindGpuBinding(const OrtIoBinding* binding);

// What BindInput does with it, after `input` is set. Throws Failure.
void CopyBoundInput(GpuBinding* binding);

// What RunWithBinding does with it. Throws Failure.
void RunOnGpu(GpuBinding* binding, bool waits);

}  // namespace deeplab::doubles::ort
