// The loops that make rows of a PNG file, once a pixel: plain ones that compilers vectorise,
// compiled once for each instruction set. Every level gives the same bytes: the confidences are
// scaled in double precision, where their products and sums are exact.
#pragma once

#include <cstdint>

#include "core/simd.h"

namespace deeplab::visualize {

struct PngKernels {
  // Class ids → two bytes each, the high one first.
  void (*widen)(const uint8_t* ids, int count, uint8_t* bytes);
  void (*big_endian)(const uint16_t* ids, int count, uint8_t* bytes);
  // Confidences → floor(c · 255 + 0.5), or floor(c · 65535 + 0.5) with the high byte first. What is
  // below 0, or no number, counts as 0; what is above 1 as 1.
  void (*unit_bytes)(const float* values, int count, uint8_t* bytes);
  void (*unit_shorts)(const float* values, int count, uint8_t* bytes);
  // Red, green, blue, alpha → red, green, blue.
  void (*opaque)(const uint8_t* rgba, int count, uint8_t* rgb);

  // PNG's filters (RFC 2083, 6): bytes of a row minus what their neighbours predict, modulo 256.
  // `row` and `above` have `step` bytes before them, those of the pixel that is not there: zeros.
  void (*up)(const uint8_t* row, const uint8_t* above, int count, uint8_t* filtered);
  void (*paeth)(const uint8_t* row, const uint8_t* above, int step, int count, uint8_t* filtered);
};

const PngKernels& PngKernelsOf(SimdLevel level);

}  // namespace deeplab::visualize
