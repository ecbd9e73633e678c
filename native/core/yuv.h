// From luma and chroma to red, green, blue: integer math that compiles as C++ and as CUDA.
// Internal linkage, as kernels that are compiled once for each instruction set include it.
#pragma once

#include <cstdint>

#include "core/image.h"
#include "core/portable.h"

namespace deeplab {

// Weights in 20-bit fixed point:
//   red   = (luma·max(y − black, 0) + red_v·(v − 128) + 2^19) >> 20, clamped to a byte; green with
//   green_u·(u − 128) + green_v·(v − 128), blue with blue_u·(u − 128).
struct YuvWeights {
  int32_t black;
  int32_t luma;
  int32_t red_v;
  int32_t green_u;
  int32_t green_v;
  int32_t blue_u;
};

// BT.601 limited has OpenCV's weights of COLOR_YUV2RGB_NV12 (three decimals: 1.164, 1.596, 0.391,
// 0.813, 2.018), so that its bytes are OpenCV's. The others follow from Kr, Kb = 0.299, 0.114 or
// 0.2126, 0.0722: red_v = 2(1 − Kr), blue_u = 2(1 − Kb), green = −(Kr·red_v, Kb·blue_u) / Kg; in
// limited range luma times 255/219 and chroma times 255/224. Each rounded to the nearest 2^-20.
static inline YuvWeights WeightsOf(YuvMatrix matrix, YuvRange range) noexcept {
  if (matrix == YuvMatrix::kBt601) {
    return range == YuvRange::kLimited ? YuvWeights{16, 1220542, 1673527, -409993, -852492, 2116026}
                                       : YuvWeights{0, 1048576, 1470104, -360853, -748826, 1858077};
  }
  return range == YuvRange::kLimited ? YuvWeights{16, 1220945, 1879825, -223607, -558796, 2215014}
                                     : YuvWeights{0, 1048576, 1651297, -196424, -490864, 1945738};
}

DEEPLAB_DEVICE static inline uint32_t ClampToByte(int32_t value) noexcept {
  return static_cast<uint32_t>(value < 0 ? 0 : value > 255 ? 255 : value);
}

// red | green << 8 | blue << 16
DEEPLAB_DEVICE static inline uint32_t YuvToRgb(int32_t y, int32_t u, int32_t v,
                                               const YuvWeights& w) noexcept {
  const int32_t lit = y > w.black ? y - w.black : 0;
  const int32_t luma = lit * w.luma + (1 << 19);
  u -= 128;
  v -= 128;
  const uint32_t red = ClampToByte((luma + w.red_v * v) >> 20);
  const uint32_t green = ClampToByte((luma + w.green_u * u + w.green_v * v) >> 20);
  const uint32_t blue = ClampToByte((luma + w.blue_u * u) >> 20);
  return red | green << 8 | blue << 16;
}

}  // namespace deeplab
