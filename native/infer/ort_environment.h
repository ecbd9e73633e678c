// The OrtEnv of one library: it owns ONNX Runtime's logger, which is ours.
#pragma once

#include "infer/ort_api.h"
#include "infer/ort_log.h"

namespace deeplab::infer {

// `log` receives what the library says and must live as long as the process. Throws
// Error{kBackendUnavailable}. Called once per library; nobody releases the result.
OrtEnv* CreateOrtEnvironment(const OrtApi& api, OrtLog* log);

}  // namespace deeplab::infer
