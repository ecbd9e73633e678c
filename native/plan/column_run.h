// What kernels see of ColumnBands (plan/column_bands.h): plain pointers.
#pragma once

#include <cstdint>

namespace deeplab::plan {

struct ColumnGroup {
  int32_t output;  // the group's first output; a multiple of the lanes
  int32_t base;    // the first column that it reads
};

struct ColumnRun {
  int columns;  // 0: each lane is its own column, base + lane, with weight 1
  int count;    // groups
  const ColumnGroup* groups;
  const float* weights;  // [group][column][lane]
  const float* outer;    // [group][lane]: weight of what surrounds the axis; null: 0 everywhere
};

}  // namespace deeplab::plan
