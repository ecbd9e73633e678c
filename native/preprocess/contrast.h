// The contrast stage: changes 8-bit pixels in place, between grayscale and resize. Every byte
// equals what the reference gets from scikit-image, so each step here keeps that library's number
// types (float32 or float64) and its order of operations; "simplifying" a formula changes results.
#pragma once

#include <cstddef>
#include <cstdint>

#include "plan/config.h"

namespace deeplab {
class ThreadPool;
}

namespace deeplab::preprocess {

// 3 interleaved 8-bit channels, in the order the caller has them. Rows are `stride` bytes apart;
// the bytes between the end of a row and the next are neither read nor written.
struct MutableImage {
  uint8_t* data = nullptr;
  int width = 0;
  int height = 0;
  ptrdiff_t stride = 0;

  uint8_t* row(int y) const noexcept { return data + static_cast<ptrdiff_t>(y) * stride; }
};

// Splits rows among the threads of `pool`; null: all on the calling thread, with the same bytes.
// The one temporary that grows with the image (adaptive only: 2 bytes a pixel) comes from
// BufferPool. Channel order matters: hue is taken from the order given, and adaptive results of RGB
// and BGR differ by 1 in about 2 bytes of 1000. Throws Error{kImageInvalid} for a view that is no
// image.
void ApplyContrast(plan::Contrast mode, const MutableImage& image, ThreadPool* pool = nullptr);

}  // namespace deeplab::preprocess
