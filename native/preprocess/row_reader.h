// Reads rows of the image as pairs of pixels (pixel_kernels.h), converted where the format or the
// package asks for it. One object a band; it keeps one row.
#pragma once

#include <cstdint>

#include "core/image.h"
#include "core/memory.h"
#include "preprocess/columns.h"
#include "preprocess/pixel_kernels.h"

namespace deeplab::preprocess {

// The used part of an image: what the taps' indices count from.
struct UsedPart {
  ImageView image;
  int x = 0, y = 0;
  int width = 0, height = 0;
  bool grayscale = false;  // colours become gray before they are blended

  bool to_gray() const noexcept { return grayscale && image.format != ColorFormat::kGray; }
  // Channels that differ.
  int planes() const noexcept { return grayscale || image.format == ColorFormat::kGray ? 1 : 3; }
  const uint8_t* row(int index) const noexcept {
    return image.row(y + index) + static_cast<ptrdiff_t>(x) * Channels(image.format);
  }
};

class RowReader {
 public:
  RowReader(const UsedPart& part, const Columns& columns, const PixelKernels& kernels);

  // The columns' pairs of this row, valid until the next call; the right pixel is `step()` bytes
  // behind the left one. `soon` is a row that will be read in a while.
  const uint32_t* pairs(int row, int soon);
  int step() const noexcept { return step_; }

 private:
  const uint8_t* readable(const uint8_t* row, int64_t row_bytes, int64_t reach);
  const uint32_t* rgb_pairs(int row, int soon);

  const UsedPart& part_;
  const Columns& columns_;
  const PixelKernels& kernels_;
  const YuvWeights weights_;
  const bool yuv_;
  const int step_;
  HostBuffer memory_;
  uint32_t* packed_;
  uint32_t* chroma_;
  uint32_t* converted_;
  uint8_t* spare_;
};

}  // namespace deeplab::preprocess
