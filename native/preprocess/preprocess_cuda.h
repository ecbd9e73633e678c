// Pre-processing on the device: what its kernels are given. Plain structs by value, read by host
// and device alike; all pointers are device addresses.
//
// The same steps as on the CPU (preprocess.h), from the same tables, so with the same bits: static
// crop → grayscale → OpenCV-exact 8-bit resize → canvas → channel order → normalisation. Contrast
// is not among them: its statistics span the image, it is done on the CPU before.
#pragma once

#include <cstdint>

#include "core/yuv.h"

namespace deeplab::preprocess {

// Images of one launch. All of a batch, but for the largest: kernel parameters have 32 KB.
constexpr int kCudaImages = 32;

// Threads of a block: one a pixel of the network's input.
constexpr int kCudaBlockWidth = 32;
constexpr int kCudaBlockHeight = 8;

// One axis of a resize, as four arrays of as many entries as there are outputs, one behind another:
// FixedTaps::first, second, first_weight, second_weight.
struct CudaTaps {
  const int32_t* entries;
  int32_t count;
  int32_t padding;
};

struct CudaImage {
  const uint8_t* pixels;  // of the image's top left
  const uint8_t* chroma;  // NV12: its first row of chroma
  int64_t stride;
  CudaTaps columns, rows;      // not read where nothing is resized
  int32_t used_x, used_y;      // where the part that is used begins
  int32_t placed_x, placed_y;  // … and where, on the canvas, what it is resized to
  int32_t placed_width, placed_height;
  int32_t step;           // bytes from pixel to pixel; 1 for NV12's luma
  int32_t red;            // where a pixel has its red: byte 0 or 2
  int32_t first_channel;  // of the pixel, that is the network's channel 0: 0 or 2
  uint8_t is_nv12;
  uint8_t is_gray;       // one channel
  uint8_t becomes_gray;  // of three, before it is resized
  uint8_t is_resized;
  YuvWeights weights;  // NV12 only
  // 3 × 257 of the input's type, by network channel: what each byte becomes, then the canvas.
  const void* values;
};

// One launch: grid (⌈width / kCudaBlockWidth⌉, ⌈height / kCudaBlockHeight⌉, images).
struct CudaPreprocess {
  CudaImage images[kCudaImages];
  void* input;  // of the first of these images: 3 × height × width, dense, float or half
  int32_t width, height;
};

constexpr int kCudaValues = 257;

// By the input's type.
constexpr const char* kCudaPreprocessFloat = "deeplab_preprocess_f32";
constexpr const char* kCudaPreprocessHalf = "deeplab_preprocess_f16";

}  // namespace deeplab::preprocess
