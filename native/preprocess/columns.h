// Which bytes of a source row each output column reads, and with which weights: the plan's taps
// in the form that the kernels take.
#pragma once

#include <cstdint>

#include "core/image.h"
#include "core/memory.h"
#include "plan/taps.h"
#include "preprocess/pixel_kernels.h"

namespace deeplab::preprocess {

inline int RoundUp(int count) noexcept {
  return (count + kKernelBlock - 1) / kKernelBlock * kKernelBlock;
}

// One request's; shared by its bands. The entries after the last column repeat it, with weight 0.
class Columns {
 public:
  // Each of the taps' columns is a pair of neighbouring pixels. `x` is where the used part begins
  // in the image, which decides on the chroma of NV12; `width` is how wide it is.
  static Columns Blended(const plan::FixedTaps& taps, ColorFormat format, int x, int width);
  // Nothing is resized: pixels 0 and 1, then 2 and 3, and so on, without weights.
  static Columns Neighbours(ColorFormat format, int x, int width);

  int count() const noexcept { return count_; }               // of pairs
  const int32_t* offset() const noexcept { return part(0); }  // bytes from the used part's start
  const int32_t* left_weight() const noexcept { return part(1); }
  const int32_t* right_weight() const noexcept { return part(2); }
  // NV12: bytes from the start of the image's row of chroma, and by how many bits the right pixel's
  // is further on.
  const int32_t* chroma_offset() const noexcept { return part(3); }
  const uint32_t* chroma_shift() const noexcept {
    return reinterpret_cast<const uint32_t*>(part(4));
  }

 private:
  Columns(int pairs, ColorFormat format, int x);
  int32_t* part(int index) const noexcept {
    return memory_.as<int32_t>() + static_cast<size_t>(index) * count_;
  }
  void set(int index, int pixel, int left_weight, int right_weight) noexcept;

  const int count_;
  const int step_;
  const int x_;
  HostBuffer memory_;
};

}  // namespace deeplab::preprocess
