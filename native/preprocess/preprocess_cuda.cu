// Pre-processing on the device, in one launch for a batch of differently sized images; one thread a
// pixel of the network's input. See preprocess_cuda.h.
//
// Bytes: each source pixel that has weight is fetched from memory about once (neighbouring threads
// read neighbouring pixels, and the rows of a block share theirs through the caches), and each
// value of the input is written once, a warp's 32 side by side.

#include "cuda/kernel_language.h"
#include "preprocess/pixel.h"
#include "preprocess/preprocess_cuda.h"

namespace deeplab::preprocess {
namespace {

// Up to three 8-bit channels, in the order of the image; all alike where it is gray.
struct Color {
  int channel[3];
};

__device__ Color Gray3(int value) { return {{value, value, value}}; }

// Pixel `column`, `row` of the part that is used.
__device__ Color ReadPixel(const CudaImage& image, int column, int row) {
  const int x = image.used_x + column, y = image.used_y + row;
  const uint8_t* const pixel =
      cuda::Global(image.pixels + y * image.stride + int64_t{x} * image.step);
  if (image.is_gray) return Gray3(pixel[0]);
  Color color;
  if (image.is_nv12) {
    const uint8_t* const chroma = cuda::Global(image.chroma + y / 2 * image.stride + x / 2 * 2);
    const uint32_t rgb = YuvToRgb(pixel[0], chroma[0], chroma[1], image.weights);
    color = {{static_cast<int>(rgb & 255u), static_cast<int>(rgb >> 8 & 255u),
              static_cast<int>(rgb >> 16)}};
  } else {
    color = {{pixel[0], pixel[1], pixel[2]}};
  }
  if (!image.becomes_gray) return color;
  return Gray3(Gray(color.channel[image.red], color.channel[1], color.channel[2 - image.red]));
}

// One output's taps.
struct Tap {
  int first, second, first_weight, second_weight;
};

__device__ Tap ReadTap(const CudaTaps& taps, int index) {
  const int32_t* const entry = cuda::Global(taps.entries + index);
  const int count = taps.count;
  return {entry[0], entry[count], entry[2 * count], entry[3 * count]};
}

__device__ Color Resized(const CudaImage& image, int x, int y) {
  const Tap column = ReadTap(image.columns, x), row = ReadTap(image.rows, y);
  const Color corners[4] = {
      ReadPixel(image, column.first, row.first), ReadPixel(image, column.second, row.first),
      ReadPixel(image, column.first, row.second), ReadPixel(image, column.second, row.second)};
  Color color;
  for (int c = 0; c < 3; ++c) {
    const int upper = BlendColumns(corners[0].channel[c], column.first_weight,
                                   corners[1].channel[c], column.second_weight);
    const int lower = BlendColumns(corners[2].channel[c], column.first_weight,
                                   corners[3].channel[c], column.second_weight);
    color.channel[c] = BlendRows(upper, row.first_weight, lower, row.second_weight);
  }
  return color;
}

template <typename T>
__device__ void Preprocess(const CudaPreprocess& batch) {
  const int x = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  const int y = static_cast<int>(blockIdx.y * blockDim.y + threadIdx.y);
  if (x >= batch.width || y >= batch.height) return;
  const CudaImage& image = batch.images[blockIdx.z];
  const int column = x - image.placed_x, row = y - image.placed_y;
  const bool canvas =
      column < 0 || row < 0 || column >= image.placed_width || row >= image.placed_height;
  Color color = Gray3(kCudaValues - 1);
  if (!canvas) {
    color = image.is_resized ? Resized(image, column, row) : ReadPixel(image, column, row);
  }
  const int64_t plane = int64_t{batch.width} * batch.height;
  const T* const values = cuda::Global(static_cast<const T*>(image.values));
  T* const to = cuda::Global(static_cast<T*>(batch.input) + blockIdx.z * 3 * plane +
                             int64_t{y} * batch.width + x);
  for (int c = 0; c < 3; ++c) {
    const int channel = image.first_channel == 0 ? c : 2 - c;
    to[c * plane] = values[c * kCudaValues + color.channel[channel]];
  }
}

}  // namespace

extern "C" __global__ void __launch_bounds__(kCudaBlockWidth* kCudaBlockHeight)
    deeplab_preprocess_f32(const CudaPreprocess batch) {
  Preprocess<float>(batch);
}

extern "C" __global__ void __launch_bounds__(kCudaBlockWidth* kCudaBlockHeight)
    deeplab_preprocess_f16(const CudaPreprocess batch) {
  Preprocess<uint16_t>(batch);
}

}  // namespace deeplab::preprocess
