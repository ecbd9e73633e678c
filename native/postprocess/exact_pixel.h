// One pixel by itself, from the taps that count: for the rare ones whose neighbourhood holds
// logits that are not finite. Vectors of pixels read such neighbours with weight 0, and 0 · ∞ is
// NaN.
#pragma once

#include <cstddef>

#include "core/tensor.h"
#include "plan/plan.h"

namespace deeplab::postprocess {

struct PixelResult {
  bool finite = false;
  int channel = 0;        // arg max, the first on ties
  float probability = 0;  // its softmax; for one channel its sigmoid
};

// Interpolates all channels of one pixel of the crop into `values` and, where all are finite,
// turns them into e^(v − max): times `probability` they are the channels' softmax. The order of
// sums is that of the scalar kernels.
PixelResult ExactPixel(const ConstPlanes& logits, const plan::PostprocessPlan& plan, int row,
                       int column, float* values);

}  // namespace deeplab::postprocess
