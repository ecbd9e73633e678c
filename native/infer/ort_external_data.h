// Weights that lie in files beside a model which itself comes from bytes.
#pragma once

#include <cstddef>
#include <cstdint>

#include "infer/backend.h"
#include "infer/ort_library.h"

namespace deeplab::infer {

// True when a serialized ONNX model refers to other files for its weights.
bool HasExternalData(const uint8_t* model, size_t size);

// Tells the session where the external data of request.weights_bytes lies: the folder of
// request.weights_path. Throws Error{kBackendUnavailable} where this library would look for it in
// the process's working directory instead.
void PrepareExternalData(const OrtLibrary& library, const OpenRequest& request,
                         OrtSessionOptions* options);

}  // namespace deeplab::infer
