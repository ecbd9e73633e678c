// The hot loops of post-processing, one output row at a time: the sources of this contract
// (*_kernels.cc) are compiled once for each level of core/simd.h. Plain pointers only: kernel
// sources must not leave inline functions behind (core/vec.h).
#pragma once

#include <cstddef>
#include <cstdint>

#include "plan/column_run.h"

namespace deeplab::postprocess {

// Vertical taps: target[k][x] = outer + Σ_t weights[t] · rows[t][k · plane_stride + x].
struct BlendRow {
  const float* const* rows;
  const float* weights;
  int taps;
  int planes;
  int width;  // what is beyond it, in the last vector, is written where target_stride leaves room
  size_t plane_stride;
  float outer;
  float* target;
  size_t target_stride;
};

// For each column an upper bound of ln Σ_k e^v over the planes.
struct BoundRow {
  const float* planes;
  size_t stride;
  int channels;
  int width;  // a multiple of the lanes
  float* target;
};

// Everything about a picture's rows that stays the same from row to row.
struct ClassifyMode {
  int channels;
  int width;  // pixels
  const plan::ColumnRun* runs;
  int run_count;
  float constant;        // what surrounds the logits
  float bound_constant;  // and ln Σ e^v there

  // Class ids: channel k is class k, or k + 1 from `hole` on.
  int32_t hole;
  int32_t background;
  int id_bytes;

  // A pixel whose probability is below its class's threshold becomes background with confidence 0.
  const float* thresholds;  // by class id; null: `threshold` for all
  float threshold;          // the largest
  bool bites;               // false: no pixel's probability can be below its threshold

  const uint16_t* asked;  // channels whose probabilities are wanted …
  int asked_count;
  size_t asked_stride;  // … as planes so far apart
};

// One output row after the vertical taps. What is null is not wanted. Where bound is given, it is
// an upper bound of ln Σ e^v for each column, and a pixel with v − Σ weight · bound >= bound_keep
// has a probability not below `threshold`.
struct ClassifyRow {
  const float* values;  // [channel][stride]
  size_t stride;
  const float* bound;
  float bound_keep;
  void* ids;
  float* confidence;
  float* probabilities;
  float* scratch;  // [channel][lane], aligned to a vector
};

// From this magnitude on, sums of a few products might overflow: such logits, and those that are
// not finite, are extraordinary, and pixels near them are computed by themselves.
constexpr float kHuge = 1e37f;

struct RowKernels {
  int lanes;
  // Half precision to float, exact.
  void (*widen)(const uint16_t* from, float* to, int count);
  // Returns false where a value is not finite, or so large that what follows might not be.
  bool (*blend)(const BlendRow& row);
  // Returns the largest magnitude; infinity where a value is not finite, or huge.
  float (*bound)(const BoundRow& row);
  void (*classify)(const ClassifyMode& mode, const ClassifyRow& row);
};

// One table for each level that this build holds.
namespace scalar {
extern const RowKernels kRowKernels;
}
namespace avx2 {
extern const RowKernels kRowKernels;
}
namespace avx512 {
extern const RowKernels kRowKernels;
}
namespace neon {
extern const RowKernels kRowKernels;
}

}  // namespace deeplab::postprocess
