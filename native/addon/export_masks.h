// Class maps as masks in the formats of other tools.
#pragma once

#include <napi.h>

namespace deeplab::addon {

// NativeMaskExport → Promise<NativeMasks>
Napi::Value ExportMasks(const Napi::CallbackInfo& info);

}  // namespace deeplab::addon
