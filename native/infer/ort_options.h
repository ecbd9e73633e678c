// Our session settings as ONNX Runtime's session options.
#pragma once

#include "infer/backend.h"
#include "infer/ort_library.h"
#include "infer/ort_status.h"

namespace deeplab::infer {

// The session's own compute threads: what was asked for, or one per usable physical core.
int ResolveIntraOpThreads(const SessionOptions& options);

// Builds the options of one session; its log goes to library.log(). Throws Error{kBackendFailed}.
OrtOwned<OrtSessionOptions> BuildOrtOptions(const OrtLibrary& library,
                                            const SessionOptions& options);

// Where a model from bytes has its external data.
void SetExternalDataFolder(const OrtLibrary& library, OrtSessionOptions* options,
                           const std::string& folder);

}  // namespace deeplab::infer
