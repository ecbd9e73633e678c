// A view of the caller's 8-bit pixels. Rows are `stride` bytes apart; the owner outlives the view.
#pragma once

#include <cstddef>
#include <cstdint>

namespace deeplab {

// kNv12: a plane of luma, then rows of interleaved Cb, Cr at half the resolution, same stride.
enum class ColorFormat { kRgb, kBgr, kRgba, kBgra, kGray, kNv12 };

// How NV12 becomes RGB.
enum class YuvMatrix { kBt601, kBt709 };
enum class YuvRange { kLimited, kFull };

inline int Channels(ColorFormat format) noexcept {
  switch (format) {
    case ColorFormat::kGray:
    case ColorFormat::kNv12:  // of its luma
      return 1;
    case ColorFormat::kRgba:
    case ColorFormat::kBgra:
      return 4;
    default:
      return 3;
  }
}

// True where byte 0 of a pixel is blue.
inline bool BlueFirst(ColorFormat format) noexcept {
  return format == ColorFormat::kBgr || format == ColorFormat::kBgra;
}

struct ImageView {
  const uint8_t* data = nullptr;
  int width = 0;
  int height = 0;
  ptrdiff_t stride = 0;
  ColorFormat format = ColorFormat::kRgb;
  YuvMatrix matrix = YuvMatrix::kBt601;  // these two for kNv12 only
  YuvRange range = YuvRange::kLimited;

  const uint8_t* row(int y) const noexcept { return data + static_cast<ptrdiff_t>(y) * stride; }
  // kNv12: the chroma of pixel row y, Cb and Cr of pixels 0 and 1 first.
  const uint8_t* chroma_row(int y) const noexcept { return row(height + y / 2); }
};

// Bytes of a row's pixels; for kNv12 those of its chroma, never fewer than those of its luma.
inline int64_t RowBytes(ColorFormat format, int width) noexcept {
  if (format == ColorFormat::kNv12) return (int64_t{width} + 1) / 2 * 2;
  return int64_t{width} * Channels(format);
}

// Rows of `stride` bytes: those of the pixels, for kNv12 also those of the chroma.
inline int64_t RowCount(ColorFormat format, int height) noexcept {
  return format == ColorFormat::kNv12 ? int64_t{height} + (int64_t{height} + 1) / 2 : height;
}

// Bytes from the first pixel to the end of the last one, the only ones that may be read.
inline int64_t ByteLength(const ImageView& image) noexcept {
  return (RowCount(image.format, image.height) - 1) * image.stride +
         RowBytes(image.format, image.width);
}

}  // namespace deeplab
