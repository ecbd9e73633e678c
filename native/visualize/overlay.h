// The class map in colours, over the picture or over transparency, in one pass.
#pragma once

#include <cstdint>

#include "core/image.h"
#include "core/simd.h"
#include "core/thread_pool.h"

namespace deeplab::visualize {

// Owns nothing; all memory outlives the call.
struct OverlayJob {
  // Null: the colours stand on transparency, their alpha as given.
  const ImageView* picture;
  // Where the map's top left lies in the picture, which holds all of the map.
  int picture_x, picture_y;

  const void* ids;  // height rows of width class ids, dense
  int id_bytes;     // 1 or 2
  int width, height;

  // By id: red, green, blue, alpha as bytes in memory. Alpha 0, and an id beyond the list, leave
  // the picture as it is.
  const uint32_t* colors;
  int color_count;
  int weight;  // of the colour over the picture, 0 to 256

  // height rows of width pixels: red, green, blue, alpha (opaque over a picture). 4-byte aligned.
  uint8_t* rgba;

  // Lines inside the borders of regions, drawn over the rest: so many pixels wide (0: none), by id
  // in these colours, color_count of them. Alpha 0: such ids have none, and are one region. Lines
  // are opaque, and the map's own edge is no border.
  int outline_width = 0;
  const uint32_t* outline_colors = nullptr;
};

constexpr int kMostOutlineWidth = 64;

// Over a picture, where a colour has alpha: (picture · (256 − weight) + colour · weight + 128)
// >> 8. Rows are shared over the pool; returns when all are written. Every level gives the same
// bytes. Throws Error{kInternal} for a job that reaches out of its picture.
void PaintOverlay(const OverlayJob& job, ThreadPool& pool, SimdLevel level = ActiveSimdLevel());

}  // namespace deeplab::visualize
