// Counting and painting class maps: the functions of the addon that need no model.
#pragma once

#include <napi.h>

namespace deeplab::addon {

// NativeClassCount → Promise<NativeClassCounts>
Napi::Value CountClasses(const Napi::CallbackInfo& info);

// NativeOverlay → Promise<ArrayBuffer>
Napi::Value PaintOverlay(const Napi::CallbackInfo& info);

}  // namespace deeplab::addon
