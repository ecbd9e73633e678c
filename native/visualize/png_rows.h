// The rows of a PNG file as its compressor takes them: samples of one map or of pixels, filtered.
#pragma once

#include <cstdint>

#include "core/simd.h"
#include "core/thread_pool.h"

namespace deeplab::visualize {

// What the samples are, and what becomes of a pixel.
enum class PngSample {
  kBytes,       // uint8: as it is
  kWideBytes,   // uint8: two bytes
  kShorts,      // uint16: two bytes
  kUnitBytes,   // a float from 0 to 1: one byte
  kUnitShorts,  // a float from 0 to 1: two bytes
  kRgba,        // four bytes: as they are
  kOpaque,      // four bytes: without the alpha
};

// kUp suits class ids: zeros wherever a region goes on below. kPaeth suits what changes slowly.
enum class PngFilter { kUp = 2, kPaeth = 4 };

// Owns nothing; all memory outlives the call.
struct PngRowsJob {
  const void* samples;  // height rows of width pixels, dense, aligned to their type
  PngSample sample;
  PngFilter filter;  // one for all rows: their first byte
  int width, height;
  uint8_t* rows;  // PngRowBytes() · height
};

// Bytes of a filtered row, the byte that names its filter included.
int64_t PngRowBytes(PngSample sample, int width);

// Rows are shared over the pool; returns when all are written. Every level gives the same bytes.
void WritePngRows(const PngRowsJob& job, ThreadPool& pool, SimdLevel level = ActiveSimdLevel());

}  // namespace deeplab::visualize
