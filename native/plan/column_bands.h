// The columns of a tap table as a banded matrix, for kernels whose vector holds `lanes`
// neighbouring outputs. Outputs o … o + lanes − 1 together read a few neighbouring columns, base …
// base + columns − 1; for each of these columns there is one vector of weights, 0 where a lane does
// not use it. So a kernel needs one multiply-add a column and moves nothing between lanes.
#pragma once

#include <cstdint>
#include <vector>

#include "core/memory.h"
#include "plan/column_run.h"
#include "plan/taps.h"

namespace deeplab::plan {

// Immutable once made.
struct ColumnBands {
  int lanes = 0;
  int first = 0;  // columns of the axis that are read at all: [first, end)
  int end = 0;
  // Runs of groups that read equally many columns, fewest first. The last group's lanes beyond the
  // outputs have weights 0.
  std::vector<ColumnRun> runs;

  std::vector<ColumnGroup> groups;  // the memory that runs point into
  HostBuffer weights;
  HostBuffer outer;
};

// `lanes` as FloatLanes() in core/simd.h says of the level whose kernels will read it.
ColumnBands ComputeColumnBands(const LinearTaps& columns, int lanes);

}  // namespace deeplab::plan
