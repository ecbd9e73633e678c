// Raw pixels as they come over the border.
#pragma once

#include <napi.h>

#include "addon/border.h"
#include "core/image.h"

namespace deeplab::addon {

// The numbers of a NativeImage, as lib/native-request.ts writes them.
struct ImageNumbers {
  ImageView view;  // without its data
  bool borrow = false;
  bool has_out_ids = false;
  bool has_out_confidence = false;
};

constexpr size_t kNumbersOfImage = 7;

ImageNumbers ReadImageNumbers(Numbers* from);

// Points the view at `bytes`. Throws Error{kImageInvalid} where they do not hold it.
void SetPixels(const Napi::Uint8Array& bytes, ImageView* view);

}  // namespace deeplab::addon
