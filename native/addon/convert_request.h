// NativeInferRequest (lib/native.ts) → a pipeline request with its plans.
#pragma once

#include <napi.h>

#include <memory>
#include <vector>

#include "pipeline/request.h"

namespace deeplab::addon {

// Copies the images that are not borrowed, and appends to `pins` the arrays of those that are.
// Throws Error for what cannot be run, with detail.index saying which image.
pipeline::RequestPtr ReadInferRequest(Napi::Object from,
                                      std::shared_ptr<const pipeline::Package> package,
                                      std::vector<Napi::ObjectReference>* pins);

}  // namespace deeplab::addon
