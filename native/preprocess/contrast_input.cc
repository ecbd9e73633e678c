#include "preprocess/contrast_input.h"

#include <cstring>

#include "core/yuv.h"
#include "preprocess/contrast.h"
#include "preprocess/contrast_modes.h"
#include "preprocess/pixel.h"

namespace deeplab::preprocess {
namespace {

struct Pixel {
  uint8_t channels[3];  // in the order of the image
};

// Reads one pixel of any format.
class PixelReader {
 public:
  explicit PixelReader(const ImageView& image)
      : image_(image), weights_(WeightsOf(image.matrix, image.range)) {}

  Pixel get(int x, int y) const noexcept {
    const uint8_t* at = image_.row(y) + static_cast<ptrdiff_t>(x) * Channels(image_.format);
    if (image_.format == ColorFormat::kGray) return {{at[0], at[0], at[0]}};
    if (image_.format != ColorFormat::kNv12) return {{at[0], at[1], at[2]}};
    const uint8_t* chroma = image_.chroma_row(y) + x / 2 * 2;
    const uint32_t rgb = YuvToRgb(at[0], chroma[0], chroma[1], weights_);
    return {{static_cast<uint8_t>(rgb), static_cast<uint8_t>(rgb >> 8),
             static_cast<uint8_t>(rgb >> 16)}};
  }

  Pixel get_gray(int x, int y) const noexcept {
    const Pixel pixel = get(x, y);
    if (image_.format == ColorFormat::kGray) return pixel;
    const int red = BlueFirst(image_.format) ? 2 : 0;
    const uint8_t* c = pixel.channels;
    const auto gray = static_cast<uint8_t>(Gray(c[red], c[1], c[2 - red]));
    return {{gray, gray, gray}};
  }

 private:
  const ImageView& image_;
  const YuvWeights weights_;
};

}  // namespace

HostBuffer CropToThreeChannels(const ImageView& image, const plan::Rect& crop, bool grayscale,
                               ThreadPool* pool, BufferSource& source) {
  const size_t row_bytes = static_cast<size_t>(crop.width) * 3;
  HostBuffer buffer = source.acquire(row_bytes * crop.height);
  const PixelReader reader(image);
  ForRows(pool, crop.height, kRowGrain, [&](int first, int end) {
    for (int y = first; y < end; ++y) {
      uint8_t* target = buffer.as<uint8_t>() + y * row_bytes;
      for (int x = 0; x < crop.width; ++x, target += 3) {
        const Pixel pixel = grayscale ? reader.get_gray(crop.x + x, crop.y + y)
                                      : reader.get(crop.x + x, crop.y + y);
        std::memcpy(target, pixel.channels, 3);
      }
    }
  });
  return buffer;
}

ContrastCrop CropWithContrast(const ImageView& image, const plan::PreprocessPlan& plan,
                              ThreadPool& pool, BufferSource& source) {
  const plan::Rect& crop = plan.geometry.crop;
  ContrastCrop result{CropToThreeChannels(image, crop, plan.grayscale, &pool, source), {}};
  const MutableImage pixels{result.pixels.as<uint8_t>(), crop.width, crop.height,
                            static_cast<ptrdiff_t>(crop.width) * 3};
  ApplyContrast(plan.contrast, pixels, &pool);
  result.view = {pixels.data, pixels.width, pixels.height, pixels.stride,
                 BlueFirst(image.format) ? ColorFormat::kBgr : ColorFormat::kRgb};
  return result;
}

}  // namespace deeplab::preprocess
