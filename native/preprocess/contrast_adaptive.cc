// Adaptive equalisation of a colour image: hue and saturation stay, the value V of HSV is replaced
// by its equalised form, and the colours are put together again. All in float32.
#include <algorithm>
#include <cstddef>

#include "preprocess/contrast_modes.h"

namespace deeplab::preprocess {
namespace {

uint8_t ToByte(float unit) { return static_cast<uint8_t>(unit * 255.0F); }

// Hue in sixths of the circle, 0..6. The last channel that is the maximum decides.
float HueSixths(const float* unit, const uint8_t* pixel, uint8_t highest, float delta) {
  float hue;
  if (pixel[2] == highest) {
    hue = 4.0F + (unit[0] - unit[1]) / delta;
  } else if (pixel[1] == highest) {
    hue = 2.0F + (unit[2] - unit[0]) / delta;
  } else {
    hue = (unit[1] - unit[2]) / delta;
  }
  hue /= 6.0F;
  if (hue < 0.0F) hue += 1.0F;
  return hue * 6.0F;
}

// Writes the pixel with the same hue and saturation and the value `v` (0..1).
void ReplaceValue(uint8_t* pixel, float v) {
  const uint8_t highest = MaxChannel(pixel);
  const uint8_t lowest = std::min({pixel[0], pixel[1], pixel[2]});
  if (highest == lowest) {
    pixel[0] = pixel[1] = pixel[2] = ToByte(v);
    return;
  }
  const float unit[3] = {static_cast<float>(pixel[0]) / 255.0F,
                         static_cast<float>(pixel[1]) / 255.0F,
                         static_cast<float>(pixel[2]) / 255.0F};
  const float top = static_cast<float>(highest) / 255.0F;
  const float delta = top - static_cast<float>(lowest) / 255.0F;
  const float saturation = delta / top;
  const float hue = HueSixths(unit, pixel, highest, delta);
  const int sector = static_cast<int>(hue);
  const float f = hue - static_cast<float>(sector);
  const uint8_t max = ToByte(v);
  const uint8_t p = ToByte(v * (1.0F - saturation));
  const uint8_t q = ToByte(v * (1.0F - f * saturation));
  const uint8_t t = ToByte(v * (1.0F - (1.0F - f) * saturation));
  const uint8_t colors[6][3] = {{max, t, p}, {q, max, p}, {p, max, t},
                                {p, q, max}, {t, p, max}, {max, p, q}};
  std::copy_n(colors[sector % 6], 3, pixel);
}

}  // namespace

void EqualizeAdaptive(const MutableImage& image, ThreadPool* pool) {
  const ValuePlane plane = EqualizeValue(image, pool);
  const float lowest = plane.lowest;
  const float range = static_cast<float>(plane.highest) - lowest;
  ForRows(pool, image.height, kRowGrain, [&](int first, int end) {
    const uint16_t* value = plane.values.as<uint16_t>() + static_cast<size_t>(first) * image.width;
    for (int y = first; y < end; ++y) {
      uint8_t* pixel = image.row(y);
      for (int x = 0; x < image.width; ++x, pixel += 3, ++value) {
        // One gray everywhere cannot be stretched; clipped to 0..1 it is white.
        ReplaceValue(pixel, range > 0.0F ? (static_cast<float>(*value) - lowest) / range
                                         : std::min(lowest, 1.0F));
      }
    }
  });
}

}  // namespace deeplab::preprocess
