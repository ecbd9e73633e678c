// Adaptive equalisation of a colour image: hue and saturation stay, the value V of HSV is replaced
// by its equalised form, and the colours are put together again. All in float32.
#include <algorithm>
#include <array>
#include <cstddef>

#include "preprocess/contrast_modes.h"

namespace deeplab::preprocess {
namespace {

uint8_t ToByte(float unit) { return static_cast<uint8_t>(unit * 255.0F); }

// level -> level / 255
std::array<float, 256> MakeUnits() {
  std::array<float, 256> units{};
  for (int level = 0; level < 256; ++level) units[level] = static_cast<float>(level) / 255.0F;
  return units;
}

// Hue in sixths of the circle, 0..6. The last channel that is the maximum decides.
float HueSixths(const float (&unit)[3], float top, float delta) {
  float hue;
  if (unit[2] == top) {
    hue = 4.0F + (unit[0] - unit[1]) / delta;
  } else if (unit[1] == top) {
    hue = 2.0F + (unit[2] - unit[0]) / delta;
  } else {
    hue = (unit[1] - unit[2]) / delta;
  }
  hue /= 6.0F;
  if (hue < 0.0F) hue += 1.0F;
  return hue * 6.0F;
}

// Which channel is largest, between, smallest in each sixth of the circle.
constexpr uint8_t kOrder[6][3] = {{0, 1, 2}, {1, 0, 2}, {1, 2, 0}, {2, 1, 0}, {2, 0, 1}, {0, 2, 1}};

// Writes the pixel with the same hue and saturation and the value `v` (0..1).
void ReplaceValue(const std::array<float, 256>& units, float v, uint8_t* pixel) {
  const float unit[3] = {units[pixel[0]], units[pixel[1]], units[pixel[2]]};
  const float top = std::max(std::max(unit[0], unit[1]), unit[2]);
  const float delta = top - std::min(std::min(unit[0], unit[1]), unit[2]);
  if (delta == 0.0F) {
    pixel[0] = pixel[1] = pixel[2] = ToByte(v);
    return;
  }
  const float saturation = delta / top;
  const float hue = HueSixths(unit, top, delta);
  const int sector = static_cast<int>(hue);
  const float rest = hue - static_cast<float>(sector);
  // The channel between falls in odd sixths and rises in even ones.
  const float between = sector % 2 == 1 ? rest : 1.0F - rest;
  const uint8_t* order = kOrder[sector % 6];
  pixel[order[0]] = ToByte(v);
  pixel[order[1]] = ToByte(v * (1.0F - between * saturation));
  pixel[order[2]] = ToByte(v * (1.0F - saturation));
}

}  // namespace

void EqualizeAdaptive(const MutableImage& image, ThreadPool* pool) {
  const ValuePlane plane = EqualizeValue(image, pool);
  const std::array<float, 256> units = MakeUnits();
  const float lowest = plane.lowest;
  const float range = static_cast<float>(plane.highest) - lowest;
  ForRows(pool, image.height, kRowGrain, [&](int first, int end) {
    const uint16_t* value = plane.values.as<uint16_t>() + static_cast<size_t>(first) * image.width;
    for (int y = first; y < end; ++y) {
      uint8_t* pixel = image.row(y);
      for (int x = 0; x < image.width; ++x, pixel += 3, ++value) {
        // One gray everywhere cannot be stretched: it is clipped to 0..1.
        const float v =
            range > 0.0F ? (static_cast<float>(*value) - lowest) / range : std::min(lowest, 1.0F);
        ReplaceValue(units, v, pixel);
      }
    }
  });
}

}  // namespace deeplab::preprocess
