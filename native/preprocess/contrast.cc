// Picks the contrast mode; the two global modes are one table look-up per byte.
#include "preprocess/contrast.h"

#include <array>
#include <mutex>
#include <string>

#include "core/error.h"
#include "preprocess/contrast_modes.h"

namespace deeplab::preprocess {
namespace {

void CheckImage(const MutableImage& image) {
  const ptrdiff_t row_bytes = static_cast<ptrdiff_t>(image.width) * 3;
  if (image.data != nullptr && image.width > 0 && image.height > 0 && image.stride >= row_bytes) {
    return;
  }
  throw Error(
      ErrorCode::kImageInvalid,
      "The contrast stage needs an image of 3 channels with at least one pixel and rows that "
      "do not overlap.",
      {{"expected", "width > 0, height > 0, stride >= 3 * width"},
       {"found", std::to_string(image.width) + " x " + std::to_string(image.height) + ", stride " +
                     std::to_string(image.stride) + (image.data == nullptr ? ", no data" : "")}});
}

// One table a channel: neighbouring bytes are often equal, and counting them in one place would
// make every increment wait for the one before.
void CountRows(const MutableImage& image, int first, int end, std::array<LevelCounts, 3>* counts) {
  for (int y = first; y < end; ++y) {
    const uint8_t* pixel = image.row(y);
    for (int x = 0; x < image.width; ++x, pixel += 3) {
      for (int c = 0; c < 3; ++c) ++(*counts)[c][pixel[c]];
    }
  }
}

LevelCounts CountLevels(const MutableImage& image, ThreadPool* pool) {
  LevelCounts total{};
  std::mutex mutex;  // guards total
  ForRows(pool, image.height, kRowGrain, [&](int first, int end) {
    std::array<LevelCounts, 3> counts{};
    CountRows(image, first, end, &counts);
    const std::lock_guard<std::mutex> lock(mutex);
    for (size_t i = 0; i < total.size(); ++i)
      total[i] += counts[0][i] + counts[1][i] + counts[2][i];
  });
  return total;
}

void MapLevels(const LevelTable& table, const MutableImage& image, ThreadPool* pool) {
  ForRows(pool, image.height, kRowGrain, [&](int first, int end) {
    for (int y = first; y < end; ++y) {
      uint8_t* byte = image.row(y);
      uint8_t* row_end = byte + static_cast<ptrdiff_t>(image.width) * 3;
      for (; byte != row_end; ++byte) *byte = table[*byte];
    }
  });
}

}  // namespace

void ApplyContrast(plan::Contrast mode, const MutableImage& image, ThreadPool* pool) {
  CheckImage(image);
  switch (mode) {
    case plan::Contrast::kNone:
      return;
    case plan::Contrast::kAdaptive:
      return EqualizeAdaptive(image, pool);
    case plan::Contrast::kStretching:
      return MapLevels(StretchingTable(CountLevels(image, pool)), image, pool);
    case plan::Contrast::kHistogram:
      return MapLevels(HistogramTable(CountLevels(image, pool)), image, pool);
  }
}

}  // namespace deeplab::preprocess
