// What the kernel sources of one level share.
#pragma once

#include "core/vec.h"
#include "postprocess/row_kernels.h"

namespace deeplab::postprocess::DEEPLAB_KERNEL_LEVEL {

void Classify(const ClassifyMode& mode, const ClassifyRow& row);

}  // namespace deeplab::postprocess::DEEPLAB_KERNEL_LEVEL
