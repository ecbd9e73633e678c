// ArrayBuffers over memory of ours, which comes back when they are collected or let go.
#pragma once

#include <napi.h>

#include "core/memory.h"

namespace deeplab::addon {

// An empty one for no memory. Copied where the runtime forbids external memory (Electron).
Napi::ArrayBuffer Adopt(Napi::Env env, HostBuffer given);

// The same for memory that JavaScript fills and native code then reads in place: it is on
// HeldMemory's list until it has been collected and no work uses it any more. Where the runtime
// forbids external memory, it is an ordinary buffer that is copied like any other.
Napi::ArrayBuffer AdoptForPixels(Napi::Env env, HostBuffer given);

// Detaches the ArrayBuffer. Its memory comes back now, or with the work that still holds it, and
// not some turns of the event loop later, when the runtime calls the finaliser.
void LetGo(Napi::Env env, const Napi::ArrayBuffer& buffer);

}  // namespace deeplab::addon
