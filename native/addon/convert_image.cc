#include "addon/convert_image.h"

#include <string>

#include "addon/border.h"

namespace deeplab::addon {
namespace {

constexpr int64_t kMaxPixels = int64_t{1} << 30;

// Bytes that the view reaches over, or 0 where its sizes make no sense.
int64_t NeededBytes(const ImageView& view) {
  const bool sane = view.width > 0 && view.height > 0 &&
                    int64_t{view.width} * view.height <= kMaxPixels &&
                    view.stride >= RowBytes(view.format, view.width);
  return sane ? ByteLength(view) : 0;
}

}  // namespace

ImageNumbers ReadImageNumbers(Numbers* from) {
  ImageNumbers image;
  image.view.width = from->integer();
  image.view.height = from->integer();
  image.view.stride = from->integer();
  image.view.format = from->choice<ColorFormat>(6);
  image.view.matrix = from->choice<YuvMatrix>(2);
  image.view.range = from->choice<YuvRange>(2);
  const int flags = from->integer();
  image.borrow = (flags & 1) != 0;
  image.has_out_ids = (flags & 2) != 0;
  image.has_out_confidence = (flags & 4) != 0;
  return image;
}

void SetPixels(const Napi::Uint8Array& bytes, ImageView* given) {
  ImageView& view = *given;
  view.data = bytes.Data();
  const int64_t needed = NeededBytes(view);
  if (needed > 0 && static_cast<int64_t>(bytes.ByteLength()) >= needed) return;
  throw Error(ErrorCode::kImageInvalid,
              "An image of " + std::to_string(view.width) + "×" + std::to_string(view.height) +
                  " with a stride of " + std::to_string(view.stride) + " bytes needs " +
                  std::to_string(needed) + " bytes, but " + std::to_string(bytes.ByteLength()) +
                  " were given (was the array transferred?).",
              {{"needed", std::to_string(needed)}, {"found", std::to_string(bytes.ByteLength())}});
}

}  // namespace deeplab::addon
