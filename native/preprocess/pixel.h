// Per-pixel integer math of pre-processing, in a form that compiles as C++ and as CUDA.
#pragma once

#include <cstdint>

namespace deeplab::preprocess {

// OpenCV's RGB → gray for 8 bits: 0.299, 0.587, 0.114 in 15-bit fixed point, rounded.
inline int Gray(int red, int green, int blue) noexcept {
  return (red * 9798 + green * 19235 + blue * 3735 + (1 << 14)) >> 15;
}

// OpenCV's horizontal bilinear step: 11-bit weights, 19-bit result.
inline int BlendColumns(int left, int left_weight, int right, int right_weight) noexcept {
  return left * left_weight + right * right_weight;
}

// OpenCV's vertical bilinear step, with its own intermediate truncations. Where both axes shrink by
// exactly 2 OpenCV averages four pixels, (a + b + c + d + 2) >> 2: these weights give the same.
inline int BlendRows(int upper, int upper_weight, int lower, int lower_weight) noexcept {
  return (((upper_weight * (upper >> 4)) >> 16) + ((lower_weight * (lower >> 4)) >> 16) + 2) >> 2;
}

}  // namespace deeplab::preprocess
