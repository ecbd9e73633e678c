// What the files of the contrast stage share; included by contrast*.cc and their test only.
#pragma once

#include <array>
#include <cstdint>

#include "core/memory.h"
#include "core/thread_pool.h"
#include "preprocess/contrast.h"

namespace deeplab::preprocess {

using LevelCounts = std::array<int64_t, 256>;
using LevelTable = std::array<uint8_t, 256>;

// new level = f(old level) for every byte, from the counts of all channels together.
LevelTable StretchingTable(const LevelCounts& counts);
LevelTable HistogramTable(const LevelCounts& counts);

// Adaptive equalisation works on the value plane V = max(channels) of HSV.
void EqualizeAdaptive(const MutableImage& image, ThreadPool* pool);

// The equalised V, dense uint16_t of 14 bits, and its extremes: they become 0 and 1 when the
// colours are put together again.
struct ValuePlane {
  HostBuffer values;
  uint16_t lowest = 0;
  uint16_t highest = 0;
};

// Contrast-limited adaptive histogram equalisation of V (contrast_clahe.cc).
ValuePlane EqualizeValue(const MutableImage& image, ThreadPool* pool);

// Calls body(first, end) until [0, rows) is covered, from several threads where there is a pool.
template <typename Body>
void ForRows(ThreadPool* pool, int rows, int grain, const Body& body) {
  if (pool == nullptr) return body(0, rows);
  pool->parallel_for(rows, grain, [&body](int64_t first, int64_t end) {
    body(static_cast<int>(first), static_cast<int>(end));
  });
}

// Rows of pixels that one thread takes at a time.
constexpr int kRowGrain = 32;

inline uint8_t MaxChannel(const uint8_t* pixel) noexcept {
  const uint8_t m = pixel[0] > pixel[1] ? pixel[0] : pixel[1];
  return m > pixel[2] ? m : pixel[2];
}

}  // namespace deeplab::preprocess
