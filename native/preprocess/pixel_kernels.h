// The loops of pre-processing that run once a pixel. They are plain loops that compilers vectorise
// (pixel_kernels.cc, compiled once for each instruction set); all but `normalize` are integers, so
// every level gives the same bytes.
//
// A "pair" is what one output column reads of a source row: 8 bytes that begin with its left pixel.
// Its right pixel begins `step` bytes (1, 3 or 4) further on. A converted pair is two words, left
// and right (step 4), each c0 | c1 << 8 | c2 << 16.
#pragma once

#include <cstdint>

#include "core/simd.h"
#include "core/yuv.h"

namespace deeplab::preprocess {

// Counts of pairs, blended values and rows of bytes are multiples of this, and so are the buffers.
constexpr int kKernelBlock = 64;

// One channel's way from a byte to the network: (x / scale - mean) / std. The reciprocals serve to
// divide without dividing.
struct Normalization {
  float scale, scale_reciprocal;
  float mean;
  float std, std_reciprocal;
};

struct PixelKernels {
  // NV12: pairs of luma, the chroma bytes at the left pixel, and by how many bits the right pixel's
  // chroma is further on → converted pairs.
  void (*yuv_pairs)(const uint32_t* luma, const uint32_t* chroma, const uint32_t* chroma_shift,
                    int count, const YuvWeights& weights, uint32_t* pairs);
  // Colour pairs → converted pairs whose lowest byte is the gray value.
  void (*gray_pairs)(const uint32_t* colors, int step, bool blue_first, int count, uint32_t* pairs);
  // Pairs → `planes` (1 or 3) rows of blended values, the next one `count` further on.
  void (*blend_columns)(const uint32_t* pairs, int step, int planes, const int32_t* left_weight,
                        const int32_t* right_weight, int count, int16_t* blended);
  // Two blended rows → 8-bit values.
  void (*blend_rows)(const int16_t* upper, int upper_weight, const int16_t* lower, int lower_weight,
                     int count, uint8_t* values);
  // Pixels of `step` (3 or 4) bytes → three rows of bytes, the next one `distance` further on. Any
  // count; reads and writes no more than that.
  void (*split)(const uint8_t* pixels, int step, int count, int distance, uint8_t* values);
  // Bytes → network values, any count. Exact for nearly every package: the caller checks that all
  // 256 bytes give what the definition gives (normalize.h), and takes a table where they do not.
  void (*normalize_float)(const uint8_t* values, int count, const Normalization& by, float* to);
  void (*normalize_half)(const uint8_t* values, int count, const Normalization& by, uint16_t* to);
};

const PixelKernels& PixelKernelsOf(SimdLevel level);

}  // namespace deeplab::preprocess
