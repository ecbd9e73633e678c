// Where ONNX Runtime's TensorRT provider keeps the engines that it builds of a network.
#pragma once

#include <string>

#include "cuda/device.h"
#include "infer/backend.h"
#include "infer/ort_library.h"

namespace deeplab::infer {

// A folder in request.engine_cache_folder for this very network, library and kind of GPU, made
// where it is not there, for this user only: an engine is a program. ONNX Runtime knows an engine
// again by the graph's names and not by its weights, so that two trainings of one network must not
// share a folder. Empty where nothing is to be kept. Throws Error{kBackendFailed} where it cannot
// be made.
std::string MakeOrtEngineFolder(const OrtLibrary& library, const OpenRequest& request,
                                const cuda::Device& device);

}  // namespace deeplab::infer
