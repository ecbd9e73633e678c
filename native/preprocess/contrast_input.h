// What the contrast stage works on: the cropped image as a dense copy, as its statistics span it
// all.
#pragma once

#include "core/image.h"
#include "core/memory.h"
#include "core/thread_pool.h"
#include "plan/geometry.h"

namespace deeplab::preprocess {

// `crop` of the image (gray where asked for) as three dense channels in the order of the image, RGB
// for NV12. Rows are shared over the pool.
HostBuffer CropToThreeChannels(const ImageView& image, const plan::Rect& crop, bool grayscale,
                               ThreadPool* pool);

}  // namespace deeplab::preprocess
