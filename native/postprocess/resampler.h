// The horizontal half of the logits' resize: rows of all K planes, at output width, kept while the
// vertical taps of a band need them. Not thread-safe: one a task.
#pragma once

#include <cstdint>
#include <vector>

#include "core/memory.h"
#include "core/tensor.h"
#include "plan/plan.h"

namespace deeplab::postprocess {

// Value of element `index` of a plane, widened to float.
float LoadLogit(const ConstPlanes& logits, size_t index) noexcept;

class RowResampler {
 public:
  RowResampler(const ConstPlanes& logits, const plan::PostprocessPlan& plan);

  // Makes the vertical taps of this output row available to row().
  void prepare(int output_row);

  // For each vertical tap, K planes of output width, stride() floats apart; the rest of a stride is
  // 0.
  const float* const* rows() const noexcept { return current_.data(); }
  size_t stride() const noexcept { return stride_; }

 private:
  const float* get(int logits_row);
  void resample(int logits_row, float* target) const noexcept;
  void resample_plane(const float* source, float* target) const noexcept;

  const ConstPlanes& logits_;
  const plan::PostprocessPlan& plan_;
  const bool in_place_;  // the columns are the logits' own: rows() points straight at them
  const size_t stride_;  // floats from one plane of a row to the next
  HostBuffer ring_;      // plan.rows.taps rows of K × stride_
  HostBuffer wide_;      // one plane's row as float, for half logits
  std::vector<int> ring_rows_;
  std::vector<const float*> current_;
};

}  // namespace deeplab::postprocess
