// From runs to masks: all runs of a class, or those of each connected region of one.
#pragma once

#include <cstdint>
#include <vector>

#include "export/runs.h"

namespace deeplab::exports {

// One mask: runs_of(mask) of Masks, with what every format wants to know of them.
struct Mask {
  uint32_t id;
  size_t first_run, last_run;  // [first, last) in Masks::runs
  uint64_t area;               // pixels
  // Of all its pixels: first and one beyond the last, along the lines and across them.
  uint32_t line_begin, line_end, begin, end;
};

struct Masks {
  std::vector<Run> runs;  // mask by mask, each in order of line and begin
  std::vector<Mask> list;
};

// One mask a class, in order of the ids.
Masks ByClass(const std::vector<Run>& runs);

// One mask a region: pixels of a class that touch along an edge (4-connected). In order of the ids,
// those of a class in order of their first runs. Regions of fewer than `least_area` pixels are
// left out.
Masks ByRegion(const std::vector<Run>& runs, uint64_t least_area);

// The sum of `confidence` (one value a pixel, rows of `width`) over the mask.
double SumOver(const Masks& masks, const Mask& mask, Lines lines, const float* confidence,
               int width);

}  // namespace deeplab::exports
