// Results → the objects that lib/native.ts declares.
#pragma once

#include <napi.h>

#include "pipeline/request.h"

namespace deeplab::addon {

// Moves the buffers out of the request: the ArrayBuffers are the very memory that native wrote.
Napi::Value WriteResults(Napi::Env env, pipeline::Request* request);

}  // namespace deeplab::addon
