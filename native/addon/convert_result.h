// Results and facts → the objects that lib/native.ts declares.
#pragma once

#include <napi.h>

#include "pipeline/model.h"
#include "pipeline/request.h"

namespace deeplab::addon {

// An ArrayBuffer over pooled memory, which returns to the pool when it is collected; an empty one
// for no memory. Copied where the runtime forbids external memory (Electron).
Napi::ArrayBuffer Adopt(Napi::Env env, HostBuffer given);

// Moves the buffers out of the request: the ArrayBuffers are the very memory that native wrote.
Napi::Value WriteResults(Napi::Env env, pipeline::Request* request);

Napi::Object WriteInfo(Napi::Env env, const pipeline::Model& model,
                       const pipeline::Package& package);

}  // namespace deeplab::addon
