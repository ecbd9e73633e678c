// Pre-processing: 8-bit pixels → the network's NCHW input, in one pass and straight into the
// engine's memory.
//
//   static crop → grayscale → contrast → OpenCV-exact 8-bit resize → canvas → channel order
//   → (x / scaling_factor − mean) / std
//
// Resized values are 8-bit integers as in the reference, so the last step has 256 values a channel.
// NV12 becomes RGB first, each 2×2 block with its one sample of chroma. Only contrast needs an
// image-size temporary (its statistics span the whole image).
#pragma once

#include "core/image.h"
#include "core/simd.h"
#include "core/tensor.h"
#include "core/thread_pool.h"
#include "plan/plan.h"

namespace deeplab::preprocess {

// Fills `target` (3 × input_height × input_width, float32 or float16) from `image`, whose size is
// the plan's source size. Rows are shared over the pool; returns when all are written. Every level
// gives the same bits.
void PreprocessCpu(const ImageView& image, const plan::PreprocessPlan& plan,
                   const plan::ModelConfig& config, const MutablePlanes& target, ThreadPool& pool,
                   SimdLevel level = ActiveSimdLevel());

}  // namespace deeplab::preprocess
