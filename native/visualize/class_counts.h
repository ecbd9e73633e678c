// How many pixels of a map each class has, and the sum of their confidences, in one pass.
#pragma once

#include <cstdint>

#include "core/simd.h"
#include "core/thread_pool.h"

namespace deeplab::visualize {

// Owns nothing; all memory outlives the call.
struct CountJob {
  const void* ids;  // dense
  int id_bytes;     // 1 or 2
  const float* confidence;
  int64_t pixels;
  int id_count;  // pixels of other ids are not counted

  // By id; written, not added to. Sums are of doubles, in an order that depends on the map alone:
  // neither on the number of threads nor on the level.
  double* pixel_counts;
  double* confidence_sums;
};

void CountClasses(const CountJob& job, ThreadPool& pool, SimdLevel level = ActiveSimdLevel());

}  // namespace deeplab::visualize
