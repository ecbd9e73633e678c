// Which build of the kernels a level has.
#pragma once

#include "core/simd.h"
#include "postprocess/row_kernels.h"

namespace deeplab::postprocess {

// Of a level that this build holds (UsableSimdLevels).
const RowKernels& KernelsOf(SimdLevel level);

}  // namespace deeplab::postprocess
