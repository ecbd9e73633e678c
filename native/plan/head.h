// The interpolation that was cut off the network's end, one axis at a time: the size it would have
// given, its taps as ONNX Runtime computes them, and their union with the taps of the final resize.
#pragma once

#include "plan/config.h"
#include "plan/taps.h"

namespace deeplab::plan {

// One axis of a cut interpolation.
struct HeadAxis {
  CoordinateMode mode = CoordinateMode::kHalfPixel;
  float scale = 0;      // as the graph states it; 0: output_size / input size
  int output_size = 0;  // as the graph states it; 0: floor(input size · scale)
};

HeadAxis HeadColumns(const Head& head);
HeadAxis HeadRows(const Head& head);

// Length of the axis behind the interpolation. Throws Error{kPackageWeightsInvalid} where nothing
// or too much would be left of it.
int HeadOutputSize(const HeadAxis& axis, int input_size);

// The interpolation as a table: HeadOutputSize() entries of at most two taps over input_size.
LinearTaps ComputeHeadTaps(const HeadAxis& axis, int input_size);

// `final` reads what `head` gives; the result reads what `head` reads: each tap of `final` is
// replaced by the taps of the value it reads, times its weight. The weights of a head's entry sum
// to 1, so `outer` (what lies outside of the head's output) stays as it is.
LinearTaps Compose(const LinearTaps& final, const LinearTaps& head, int input_size);

}  // namespace deeplab::plan
