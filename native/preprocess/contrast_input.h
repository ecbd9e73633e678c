// What the contrast stage works on: the cropped image as a dense copy, as its statistics span it
// all.
#pragma once

#include "core/image.h"
#include "core/memory.h"
#include "core/thread_pool.h"
#include "plan/plan.h"

namespace deeplab::preprocess {

// `crop` of the image (gray where asked for) as three dense channels in the order of the image, RGB
// for NV12. Rows are shared over the pool.
HostBuffer CropToThreeChannels(const ImageView& image, const plan::Rect& crop, bool grayscale,
                               ThreadPool* pool, BufferSource& source = BufferPool::Instance());

// That crop with the plan's contrast applied, in memory of `source`.
struct ContrastCrop {
  HostBuffer pixels;
  ImageView view;  // of them
};
ContrastCrop CropWithContrast(const ImageView& image, const plan::PreprocessPlan& plan,
                              ThreadPool& pool, BufferSource& source);

}  // namespace deeplab::preprocess
