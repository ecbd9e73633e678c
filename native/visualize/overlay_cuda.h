// The overlay on the device: what its kernel is given. Plain structs by value, read by host and
// device alike; all pointers are device addresses. The same bytes as overlay.h's.
#pragma once

#include <cstdint>

#include "core/yuv.h"

namespace deeplab::visualize {

constexpr int kCudaBlockWidth = 32;
constexpr int kCudaBlockHeight = 8;

// One launch, one picture: grid (⌈width / kCudaBlockWidth⌉, ⌈height / kCudaBlockHeight⌉). The map's
// top left is the picture's.
struct CudaOverlay {
  const uint8_t* pixels;  // of the picture's top left
  const uint8_t* chroma;  // NV12: its first row of chroma
  int64_t stride;
  const void* ids;         // of the map, dense, id_bytes (1, 2) each
  const uint32_t* colors;  // by class id, as OverlayJob has them
  uint32_t* rgba;          // of the map's size, dense
  int32_t width, height;   // of the map
  int32_t color_count;
  int32_t weight;  // 0 to 256
  int32_t step;    // bytes from pixel to pixel; 1: gray, or NV12's luma
  int32_t red;     // where a pixel has its red: byte 0 or 2
  uint8_t id_bytes;
  uint8_t is_nv12;
  uint8_t padding[6];
  YuvWeights weights;  // NV12 only
};

constexpr const char* kCudaOverlay = "deeplab_overlay";

}  // namespace deeplab::visualize
