// How many pixels of a map each class has, the sum of their confidences and the box around them, in
// one pass.
#pragma once

#include <cstdint>

#include "core/simd.h"
#include "core/thread_pool.h"

namespace deeplab::visualize {

// Pixels from begin to end in both directions; empty (all 0) for a class without pixels.
struct ClassBox {
  int32_t x_begin, y_begin, x_end, y_end;
};

// Owns nothing; all memory outlives the call.
struct CountJob {
  const void* ids;          // height rows of width class ids, dense
  int id_bytes;             // 1 or 2
  const float* confidence;  // null: there is none, and the sums are 0
  int width, height;
  int id_count;  // pixels of other ids are not counted

  // By id; written, not added to. Sums are of doubles, in an order that depends on the map alone:
  // neither on the number of threads nor on the level.
  double* pixel_counts;
  double* confidence_sums;
  ClassBox* boxes;
};

void CountClasses(const CountJob& job, ThreadPool& pool, SimdLevel level = ActiveSimdLevel());

}  // namespace deeplab::visualize
