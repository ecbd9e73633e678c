// The hot loops of post-processing, one row at a time, sixteen pixels at once. The order of
// operations a pixel is the same whatever the vector width.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/vec.h"

namespace deeplab::postprocess {

// One output row before the vertical taps: for each tap a row of `channels` planes, `stride` floats
// apart, each at least `width` rounded up to kLanes long.
struct TapRows {
  const float* const* rows;
  const float* weights;
  int taps;
  int channels;
  size_t stride;
  float outer;  // what the taps outside the logits add
  int width;
};

// One value a pixel, room for `width` rounded up to kLanes.
struct RowResult {
  int32_t* channel;   // arg max, the first on ties
  float* confidence;  // its softmax probability; for one channel its sigmoid
  float* probe;       // 0, or NaN where a class was not finite
};

// `scratch`: channels · kLanes floats.
void ClassifyRow(const TapRows& in, const RowResult& out, float* scratch);

// One plane's row at output width, for tables of two taps (all that enlarge):
// target[x] = source[start[x]] · first[x] + source[start[x] + 1] · second[x].
void ResampleTwoTaps(const float* source, const int32_t* start, const float* first,
                     const float* second, int width, float* target);

}  // namespace deeplab::postprocess
