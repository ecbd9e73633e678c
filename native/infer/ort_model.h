// Loading a model into ONNX Runtime, from a file or from bytes.
#pragma once

#include "infer/backend.h"
#include "infer/ort_library.h"
#include "infer/ort_ports.h"
#include "infer/ort_status.h"

namespace deeplab::infer {

// A loaded network. Release order does not matter.
struct OrtModel {
  OrtOwned<OrtModelSession> session;
  OrtPorts ports;
};

// Reads request.weights_bytes or request.weights_path. Throws Error{kPackageWeightsInvalid} with
// ONNX Runtime's own message, or with what was found and what is allowed; Error{kBackendFailed}
// where an execution provider failed. Adds to `options` where external data lies.
OrtModel LoadOrtModel(const OrtLibrary& library, const OpenRequest& request,
                      OrtSessionOptions* options);

}  // namespace deeplab::infer
