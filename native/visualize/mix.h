// A colour over a picture's pixel: integer math that compiles as C++ and as CUDA. Internal linkage,
// as kernels that are compiled once for each instruction set include it.
#pragma once

#include <cstdint>

#include "core/portable.h"

namespace deeplab::visualize {

// Both red | green << 8 | blue << 16, the colour with its alpha above; 0 leaves the picture as it
// is. (picture · (256 − weight) + colour · weight + 128) >> 8, opaque. Red and blue are mixed in
// one multiplication, 16 bits apart; neither sum exceeds 65,408.
DEEPLAB_DEVICE static inline uint32_t Mix(uint32_t picture, uint32_t color,
                                          uint32_t weight) noexcept {
  const uint32_t under = 256 - weight;
  const uint32_t red_blue =
      (picture & 0xff00ffu) * under + (color & 0xff00ffu) * weight + 0x800080u;
  const uint32_t green = (picture >> 8 & 0xffu) * under + (color >> 8 & 0xffu) * weight + 0x80u;
  const uint32_t mixed = (red_blue >> 8 & 0xff00ffu) | (green & 0xff00u);
  return 0xff000000u | (color >> 24 != 0 ? mixed : picture & 0xffffffu);
}

}  // namespace deeplab::visualize
