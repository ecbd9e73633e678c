// The vertical half of the logits' resize: one output row at a time, all K planes at the logits'
// own width. Source rows that neighbouring output rows share are kept close together, widened to
// float. Not thread-safe: one a band.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/memory.h"
#include "core/tensor.h"
#include "plan/plan.h"
#include "postprocess/row_kernels.h"

namespace deeplab::postprocess {

class LogitRows {
 public:
  // With `bounds`, rows come with upper bounds of ln Σ e^v.
  LogitRows(const ConstPlanes& logits, const plan::PostprocessPlan& plan, const RowKernels& kernels,
            bool bounds);

  // One output row, valid until the next.
  struct Row {
    const float* values;  // [channel][stride]
    size_t stride;
    const float* bound;  // for each column; null: none
    float largest;       // with bounds: the largest magnitude that went into them
    bool ordinary;       // all values are finite, and not huge
  };
  Row blend(int output_row);

 private:
  // One source row in the ring: K planes of stride_ floats, then their bounds.
  struct Slot {
    int row;
    float largest;
  };
  // The taps of one output row that have a weight.
  struct Taps {
    int count = 0;
    float largest = 0;
  };

  Taps collect(int output_row);
  const float* in_ring(int source_row, float* largest);
  void load(int source_row, float* target) const noexcept;
  // Floats of a row's planes; its bounds come behind them.
  size_t planes() const noexcept { return static_cast<size_t>(channels_) * stride_; }

  const ConstPlanes& logits_;
  const plan::PostprocessPlan& plan_;
  const RowKernels& kernels_;
  const int channels_;
  const bool bounds_;
  const bool in_place_;  // source rows are read where they are, else from the ring
  const int first_;      // columns [first_, end_) are worked on: whole vectors where there is room
  const int end_;
  const size_t stride_;
  HostBuffer ring_;
  HostBuffer target_;
  HostBuffer taps_;  // what the next four point into
  Slot* slots_;      // by source row % taps
  const float** tap_rows_;
  const float** tap_bounds_;
  float* tap_weights_;
};

// ln Σ e^v of `channels` equal logits: the bound of what surrounds the logits.
float ConstantBound(float constant, int channels) noexcept;

}  // namespace deeplab::postprocess
