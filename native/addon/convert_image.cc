#include "addon/convert_image.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "addon/border.h"
#include "addon/copy.h"

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

HostBuffer CopyPixels(ImageView* view) {
  const ImageView from = *view;
  const int64_t row_bytes = RowBytes(from.format, from.width);
  const int64_t rows = RowCount(from.format, from.height);
  HostBuffer copy = BufferPool::Instance().acquire(static_cast<size_t>(row_bytes * rows));
  auto* const to = copy.as<uint8_t>();
  if (from.stride == row_bytes) {
    CopyInBands(to, from.data, static_cast<size_t>(row_bytes * rows));
  } else {
    const int64_t band = std::max<int64_t>(1, CopyBand(rows * row_bytes) / row_bytes);
    ThreadPool::Instance().parallel_for(rows, band, [&](int64_t begin, int64_t end) {
      for (int64_t y = begin; y < end; ++y) {
        std::memcpy(to + y * row_bytes, from.row(static_cast<int>(y)),
                    static_cast<size_t>(row_bytes));
      }
    });
  }
  view->data = to;
  view->stride = static_cast<ptrdiff_t>(row_bytes);
  return copy;
}

}  // namespace deeplab::addon
