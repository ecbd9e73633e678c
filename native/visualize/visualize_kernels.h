// The loops of this folder that run once a pixel: plain ones that compilers vectorise, compiled
// once for each instruction set. Integers, or sums in a fixed order: every level gives the same
// bits.
#pragma once

#include <cstdint>

#include "core/image.h"
#include "core/simd.h"
#include "core/yuv.h"

namespace deeplab::visualize {

// Lanes of SumBlock, and values of a block.
constexpr int kSumLanes = 8;
constexpr int kBlock = 64;

struct Kernels {
  // Pixels of an interleaved format → words of red | green << 8 | blue << 16.
  void (*words)(const uint8_t* pixels, ColorFormat format, int count, uint32_t* words);
  // NV12, two pixels a sample of chroma: `count` of those.
  void (*yuv_words)(const uint8_t* luma, const uint8_t* chroma, int count, const YuvWeights& by,
                    uint32_t* words);
  // Mixes the colours that `pixels` holds over the picture's words, in place.
  void (*mix)(const uint32_t* words, int weight, int count, uint32_t* pixels);
  // Not 0 in `marks` from now on where both differ, or where `from` is not 0.
  void (*differ)(const uint16_t* ids, const uint16_t* others, int count, uint8_t* marks);
  void (*spread)(const uint8_t* from, int count, uint8_t* marks);
  // True where all kBlock ids of the block are equal.
  bool (*uniform_bytes)(const uint8_t* ids);
  bool (*uniform_shorts)(const uint16_t* ids);
  // Adds the kBlock values to kSumLanes sums, by turns.
  void (*sum_block)(const float* values, double* sums);
};

const Kernels& KernelsOf(SimdLevel level);

}  // namespace deeplab::visualize
