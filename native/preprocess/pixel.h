// Per-pixel integer math of pre-processing, in a form that compiles as C++ and as CUDA. Internal
// linkage, as kernels that are compiled once for each instruction set include it.
#pragma once

#include <cstdint>

#include "core/portable.h"

namespace deeplab::preprocess {

// OpenCV's RGB → gray for 8 bits: 0.299, 0.587, 0.114 in 15-bit fixed point, rounded.
DEEPLAB_DEVICE static inline int Gray(int red, int green, int blue) noexcept {
  return (red * 9798 + green * 19235 + blue * 3735 + (1 << 14)) >> 15;
}

// OpenCV's bilinear step along a row: 11-bit weights, of whose 19-bit sum the next step uses no
// more than the upper 15 bits.
DEEPLAB_DEVICE static inline int BlendColumns(int left, int left_weight, int right,
                                              int right_weight) noexcept {
  return (left * left_weight + right * right_weight) >> 4;
}

// OpenCV's step between two such rows, with its own intermediate truncations. Where both axes
// shrink by exactly 2 OpenCV averages four pixels, (a + b + c + d + 2) >> 2: these weights give the
// same. Both products fit the upper half of a 16-bit multiplication.
DEEPLAB_DEVICE static inline int BlendRows(int upper, int upper_weight, int lower,
                                           int lower_weight) noexcept {
  return (((upper * upper_weight) >> 16) + ((lower * lower_weight) >> 16) + 2) >> 2;
}

}  // namespace deeplab::preprocess
