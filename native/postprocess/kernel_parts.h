// What the kernel sources of one level share.
#pragma once

#include "core/vec.h"
#include "postprocess/row_kernels.h"
#include "postprocess/softmax.h"

namespace deeplab::postprocess::DEEPLAB_KERNEL_LEVEL {

using deeplab::DEEPLAB_KERNEL_LEVEL::All;
using deeplab::DEEPLAB_KERNEL_LEVEL::Bits;
using deeplab::DEEPLAB_KERNEL_LEVEL::Bytes;
using deeplab::DEEPLAB_KERNEL_LEVEL::kLanes;
using deeplab::DEEPLAB_KERNEL_LEVEL::Load;
using deeplab::DEEPLAB_KERNEL_LEVEL::LoadAs;
using deeplab::DEEPLAB_KERNEL_LEVEL::Shorts;
using deeplab::DEEPLAB_KERNEL_LEVEL::Store;

void Classify(const ClassifyMode& mode, const ClassifyRow& row);

}  // namespace deeplab::postprocess::DEEPLAB_KERNEL_LEVEL
