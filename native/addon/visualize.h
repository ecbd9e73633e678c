// Counting and painting class maps: the functions of the addon that need no model.
#pragma once

#include <napi.h>

namespace deeplab::addon {

// NativeClassCount → Promise<NativeClassCounts>
Napi::Value CountClasses(const Napi::CallbackInfo& info);

// NativeOverlay → Promise<ArrayBuffer>
Napi::Value PaintOverlay(const Napi::CallbackInfo& info);

// NativeLegend → Promise<NativePicture>
Napi::Value PaintLegend(const Napi::CallbackInfo& info);

// NativePngRows → Promise<ArrayBuffer>
Napi::Value FilterPngRows(const Napi::CallbackInfo& info);

}  // namespace deeplab::addon
