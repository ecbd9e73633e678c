// Results after their call: giving their memory back early, and copying it for another thread.
#pragma once

#include <napi.h>

namespace deeplab::addon {

// (ArrayBuffer[]) → undefined: detaches them; their memory serves the next request.
Napi::Value ReleaseBuffers(const Napi::CallbackInfo& info);

// (from: Uint8Array[], to: Uint8Array[]) → Promise<undefined>: each into its counterpart of the
// same length, which nobody else knows until then.
Napi::Value CopyArrays(const Napi::CallbackInfo& info);

}  // namespace deeplab::addon
