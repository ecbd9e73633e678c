// NativeInferRequest (lib/native.ts) → a pipeline request with its plans; a warm-up likewise.
#pragma once

#include <napi.h>

#include <memory>

#include "addon/convert_output.h"
#include "core/memory.h"
#include "pipeline/request.h"

namespace deeplab::addon {

// Copies the images that are neither borrowed nor in memory that we hold, into memory of `copies`;
// `memory` receives what is used in place until the request settles. Throws Error for what cannot
// be run, with detail.index saying which image.
pipeline::RequestPtr ReadInferRequest(Napi::Object from,
                                      std::shared_ptr<const pipeline::Package> package,
                                      CallerMemory* memory, BufferSource& copies);

// NativeWarmUpRequest → a request without images.
pipeline::RequestPtr ReadWarmUp(Napi::Object from);

}  // namespace deeplab::addon
