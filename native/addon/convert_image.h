// Raw pixels as they come over the border.
#pragma once

#include <napi.h>

#include "core/image.h"
#include "core/memory.h"

namespace deeplab::addon {

// A NativeImage whose `data` is `bytes`. Throws Error{kImageInvalid} where the bytes do not hold
// it.
ImageView ReadView(Napi::Object from, const Napi::Uint8Array& bytes);

// A dense copy of the pixels, which the view shows from now on; the caller's padding stays behind.
// In bands on the shared pool.
HostBuffer CopyPixels(ImageView* view);

}  // namespace deeplab::addon
