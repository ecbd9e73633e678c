// Contrast-limited adaptive histogram equalisation of the value plane, V = max(channels): the
// picture is cut into tiles of 1/8 of each side, every tile gets its own tone table, and a pixel
// blends what the tables of its four nearest tiles make of it.
#include <algorithm>
#include <cstddef>
#include <limits>
#include <mutex>
#include <vector>

#include "preprocess/contrast_modes.h"
#include "preprocess/contrast_tones.h"

namespace deeplab::preprocess {
namespace {

// Tiles along one side. The last one may hang over the edge; there it counts mirrored pixels.
struct Axis {
  int length;
  int tile;   // pixels
  int count;  // tiles

  explicit Axis(int pixels)
      : length(pixels), tile(std::max(pixels / 8, 1)), count((pixels + tile - 1) / tile) {}

  // Mirrored without repeating the edge; a tile is at most 1/8 of the side, so once is enough.
  int Mirror(int i) const { return i < length ? i : 2 * (length - 1) - i; }
};

// Where the pixels of a side lie between the centres of two neighbouring tiles. Outside the first
// and the last centre both neighbours are the same tile.
struct Blend {
  std::vector<int> before;  // tile index
  std::vector<int> after;
  std::vector<double> weight_before;
  std::vector<double> weight_after;

  explicit Blend(const Axis& axis) {
    for (int i = 0; i < axis.length; ++i) {
      const int shifted = i + axis.tile / 2;
      const int block = shifted / axis.tile;
      const double share = static_cast<double>(shifted % axis.tile) / axis.tile;
      before.push_back(std::max(block - 1, 0));
      after.push_back(std::min(block, axis.count - 1));
      weight_after.push_back(share);
      weight_before.push_back(1.0 - share);
    }
  }
};

Histogram CountTile(const MutableImage& image, const BinTable& bin_of, const Axis& x_axis,
                    const Axis& y_axis, int tx, int ty) {
  Histogram bins{};
  for (int y = ty * y_axis.tile; y < (ty + 1) * y_axis.tile; ++y) {
    const uint8_t* row = image.row(y_axis.Mirror(y));
    for (int x = tx * x_axis.tile; x < (tx + 1) * x_axis.tile; ++x) {
      ++bins[bin_of[MaxChannel(row + static_cast<ptrdiff_t>(x_axis.Mirror(x)) * 3)]];
    }
  }
  return bins;
}

// The tone tables of all tiles and how to blend them. Threads share it read-only.
class TileTones {
 public:
  TileTones(const MutableImage& image, const BinTable& bin_of, ThreadPool* pool)
      : x_(image.width), y_(image.height), blend_x_(x_), blend_y_(y_) {
    const int64_t pixels = static_cast<int64_t>(x_.tile) * y_.tile;
    tones_.resize(static_cast<size_t>(x_.count) * y_.count);
    ForRows(pool, static_cast<int>(tones_.size()), 1, [&](int first, int end) {
      for (int i = first; i < end; ++i) {
        const Histogram bins = CountTile(image, bin_of, x_, y_, i % x_.count, i / x_.count);
        tones_[i] = MakeTones(bins, bin_of, pixels);
      }
    });
  }

  // Row y of the equalised plane. Each product is taken in double, added in float32, in this order.
  void BlendRow(const uint8_t* pixel, int y, uint16_t* out) const {
    const ToneTable* tiles_above = &tones_[static_cast<size_t>(blend_y_.before[y]) * x_.count];
    const ToneTable* tiles_below = &tones_[static_cast<size_t>(blend_y_.after[y]) * x_.count];
    const double weight_above = blend_y_.weight_before[y];
    const double weight_below = blend_y_.weight_after[y];
    for (int x = 0; x < x_.length; ++x, pixel += 3) {
      const int value = MaxChannel(pixel);
      const int left = blend_x_.before[x];
      const int right = blend_x_.after[x];
      const double weight_left = blend_x_.weight_before[x];
      const double weight_right = blend_x_.weight_after[x];
      float sum = static_cast<float>(tiles_above[left][value] * (weight_left * weight_above));
      sum += static_cast<float>(tiles_above[right][value] * (weight_right * weight_above));
      sum += static_cast<float>(tiles_below[left][value] * (weight_left * weight_below));
      sum += static_cast<float>(tiles_below[right][value] * (weight_right * weight_below));
      out[x] = static_cast<uint16_t>(sum);
    }
  }

 private:
  Axis x_;
  Axis y_;
  Blend blend_x_;
  Blend blend_y_;
  std::vector<ToneTable> tones_;  // row by row
};

// Smallest and largest of what several threads saw.
template <typename T>
struct Extremes {
  T lowest = std::numeric_limits<T>::max();
  T highest = 0;

  void Add(T value) {
    lowest = std::min(lowest, value);
    highest = std::max(highest, value);
  }
  void Merge(const Extremes& other) {
    const std::lock_guard<std::mutex> lock(mutex);
    lowest = std::min(lowest, other.lowest);
    highest = std::max(highest, other.highest);
  }

 private:
  std::mutex mutex;
};

BinTable BinsOf(const MutableImage& image, ThreadPool* pool) {
  Extremes<uint8_t> all;
  ForRows(pool, image.height, kRowGrain, [&](int first, int end) {
    Extremes<uint8_t> mine;
    for (int y = first; y < end; ++y) {
      const uint8_t* pixel = image.row(y);
      for (int x = 0; x < image.width; ++x, pixel += 3) mine.Add(MaxChannel(pixel));
    }
    all.Merge(mine);
  });
  return MakeBinTable(all.lowest, all.highest);
}

}  // namespace

ValuePlane EqualizeValue(const MutableImage& image, ThreadPool* pool) {
  const TileTones tones(image, BinsOf(image, pool), pool);
  const size_t width = image.width;
  ValuePlane plane;
  plane.values = BufferPool::Instance().acquire(width * image.height * sizeof(uint16_t));
  Extremes<uint16_t> all;
  ForRows(pool, image.height, kRowGrain, [&](int first, int end) {
    Extremes<uint16_t> mine;
    for (int y = first; y < end; ++y) {
      uint16_t* row = plane.values.as<uint16_t>() + y * width;
      tones.BlendRow(image.row(y), y, row);
      for (size_t x = 0; x < width; ++x) mine.Add(row[x]);
    }
    all.Merge(mine);
  });
  plane.lowest = all.lowest;
  plane.highest = all.highest;
  return plane;
}

}  // namespace deeplab::preprocess
