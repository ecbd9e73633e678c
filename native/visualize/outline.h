// Where the borders of regions run: which pixels of a row lie near another region.
#pragma once

#include <cstdint>

#include "core/memory.h"
#include "visualize/overlay.h"
#include "visualize/visualize_kernels.h"

namespace deeplab::visualize {

// Works on some rows of a map at a time. Ids whose outline colour has no alpha are one region.
class Outline {
 public:
  // The job outlives it; its outline_width is not 0.
  Outline(const OverlayJob& job, const Kernels& kernels);

  // Reads the ids of the rows from begin to end, and of those around them that count.
  void read(int64_t begin, int64_t end);

  // Not 0 for each pixel of row y, of those read, that has one of another region within the
  // outline's width: in the square around it, as far as the map reaches. Valid until the next call.
  const uint8_t* edges(int64_t y);

 private:
  uint16_t region_of(unsigned id) const noexcept;
  const uint16_t* row(int64_t y) const noexcept;

  const OverlayJob& job_;
  const Kernels& kernels_;
  unsigned nowhere_;  // an id without an outline
  HostBuffer ids_;    // of the rows from first_ on, nowhere_ for those without an outline
  HostBuffer marks_;  // two rows of bytes
  int64_t first_ = 0;
};

}  // namespace deeplab::visualize
