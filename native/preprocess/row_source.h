// The resized rows of one band, as 8-bit values: blends what RowReader reads. The horizontally
// blended source rows are kept, as neighbouring output rows share them.
#pragma once

#include <cstdint>

#include "core/memory.h"
#include "plan/taps.h"
#include "preprocess/columns.h"
#include "preprocess/row_reader.h"

namespace deeplab::preprocess {

// What all bands of a request share.
struct Resize {
  UsedPart part;
  const plan::FixedTaps* rows;
  int width;       // of the resized image
  bool same_size;  // nothing is resized: `columns` are neighbours
  const Columns* columns;
  const PixelKernels* kernels;
};

// One channel's values of one row, and how far on the next channel's are: 0 where all are equal.
struct Values {
  const uint8_t* first;
  int distance;
};

class RowSource {
 public:
  explicit RowSource(const Resize& resize);

  // Row `row` of the resized image, channels in the order of the image; valid until the next call.
  Values values(int row);

 private:
  struct Blended {
    int row = -1;
    int16_t* values = nullptr;
  };

  Values same_size(int row);
  const int16_t* blended(int row, int soon);

  const Resize& resize_;
  const int planes_;
  const int count_;  // values of a plane that are computed
  RowReader reader_;
  HostBuffer memory_;
  uint8_t* values_;
  Blended cache_[2];
  int next_ = 0;
};

}  // namespace deeplab::preprocess
