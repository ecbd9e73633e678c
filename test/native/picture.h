// Pictures of noise in every raw format, and what their pixels are: the plain reference of the
// tests that look at pixels.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "core/image.h"
#include "guarded_bytes.h"

namespace deeplab {

constexpr ColorFormat kEveryFormat[] = {ColorFormat::kRgb,  ColorFormat::kBgr,  ColorFormat::kRgba,
                                        ColorFormat::kBgra, ColorFormat::kGray, ColorFormat::kNv12};

struct Rgb {
  int red, green, blue;
};

// Owns its pixels; they end where the memory ends.
class Picture {
 public:
  Picture(ColorFormat format, int width, int height, int padding, uint32_t seed)
      : bytes_(static_cast<size_t>(ByteLength(Layout(format, width, height, padding)))),
        view_(Layout(format, width, height, padding)) {
    std::mt19937 random(seed);
    for (size_t i = 0; i < bytes_.size(); ++i) bytes_.data()[i] = static_cast<uint8_t>(random());
    view_.data = bytes_.data();
  }

  ImageView& view() noexcept { return view_; }
  const ImageView& view() const noexcept { return view_; }

  Rgb at(int x, int y) const {
    const uint8_t* p = view_.row(y) + x * Channels(view_.format);
    if (view_.format == ColorFormat::kNv12) return FromYuv(x, y);
    if (view_.format == ColorFormat::kGray) return {p[0], p[0], p[0]};
    if (BlueFirst(view_.format)) return {p[2], p[1], p[0]};
    return {p[0], p[1], p[2]};
  }

 private:
  static ImageView Layout(ColorFormat format, int width, int height, int padding) {
    ImageView view;
    view.format = format;
    view.width = width;
    view.height = height;
    view.stride = static_cast<ptrdiff_t>(RowBytes(format, width)) + padding;
    return view;
  }

  // From the standards' numbers, in floating point; BT.601 limited from OpenCV's decimals.
  Rgb FromYuv(int x, int y) const {
    const bool limited = view_.range == YuvRange::kLimited;
    const bool opencv = limited && view_.matrix == YuvMatrix::kBt601;
    const double kr = view_.matrix == YuvMatrix::kBt601 ? 0.299 : 0.2126;
    const double kb = view_.matrix == YuvMatrix::kBt601 ? 0.114 : 0.0722;
    const double kg = 1 - kr - kb, chroma = limited ? 255.0 / 224 : 1;
    const double rv = opencv ? 1.596 : 2 * (1 - kr) * chroma;
    const double bu = opencv ? 2.018 : 2 * (1 - kb) * chroma;
    const double gu = opencv ? 0.391 : 2 * (1 - kb) * chroma * kb / kg;
    const double gv = opencv ? 0.813 : 2 * (1 - kr) * chroma * kr / kg;
    const double lit = opencv ? 1.164 : limited ? 255.0 / 219 : 1;
    const auto fixed = [](double value) { return std::llround(value * (1 << 20)); };
    const uint8_t* uv = view_.data + (view_.height + y / 2) * view_.stride + x / 2 * 2;
    const int64_t luma = fixed(lit) * std::max(view_.row(y)[x] - (limited ? 16 : 0), 0);
    const int64_t u = uv[0] - 128, v = uv[1] - 128;
    const auto byte = [luma](int64_t more) {
      const double exact = std::floor(static_cast<double>(luma + more) / (1 << 20) + 0.5);
      return static_cast<int>(std::clamp(exact, 0.0, 255.0));
    };
    return {byte(fixed(rv) * v), byte(-fixed(gu) * u - fixed(gv) * v), byte(fixed(bu) * u)};
  }

  GuardedBytes bytes_;
  ImageView view_;
};

}  // namespace deeplab
