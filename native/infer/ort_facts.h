// What a session on ONNX Runtime says of itself, whichever execution provider runs it.
#pragma once

#include "infer/backend.h"
#include "infer/ort_library.h"
#include "infer/ort_ports.h"

namespace deeplab::infer {

// Device and provider are the session's to add.
SessionInfo OrtInfoOf(const OrtLibrary& library, const OrtPorts& ports, int intra_op_threads);

// A fixed batch is the only one; an open one goes up to `max_batch`. One run at a time.
BatchLimits OrtLimitsOf(const TensorSpec& input, int max_batch);

}  // namespace deeplab::infer
