// The host's half of the overlay on the device: the description for its kernel.
#pragma once

#include "visualize/overlay.h"
#include "visualize/overlay_cuda.h"

namespace deeplab::visualize {

// The job's pointers, and its picture's, are addresses on the device. The map's top left is the
// picture's.
CudaOverlay DescribeOverlay(const OverlayJob& job);

}  // namespace deeplab::visualize
