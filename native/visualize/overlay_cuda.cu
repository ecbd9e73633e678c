// The class map in colours over the picture, on the device; one thread a pixel. See overlay_cuda.h.
// Every byte of picture and map is read once and every pixel written once, side by side.

#include "cuda/kernel_language.h"
#include "visualize/mix.h"
#include "visualize/overlay_cuda.h"

namespace deeplab::visualize {
namespace {

__device__ uint32_t Pack(uint32_t red, uint32_t green, uint32_t blue) {
  return red | green << 8 | blue << 16;
}

__device__ uint32_t ReadPicture(const CudaOverlay& job, int x, int y) {
  const uint8_t* const pixel = cuda::Global(job.pixels + y * job.stride + int64_t{x} * job.step);
  if (job.is_nv12) {
    const uint8_t* const chroma = cuda::Global(job.chroma + y / 2 * job.stride + x / 2 * 2);
    return YuvToRgb(pixel[0], chroma[0], chroma[1], job.weights);
  }
  if (job.step == 1) return Pack(pixel[0], pixel[0], pixel[0]);
  return Pack(pixel[job.red], pixel[1], pixel[2 - job.red]);
}

__device__ int ReadId(const CudaOverlay& job, int64_t at) {
  if (job.id_bytes == 1) return *cuda::Global(static_cast<const uint8_t*>(job.ids) + at);
  return *cuda::Global(static_cast<const uint16_t*>(job.ids) + at);
}

}  // namespace

extern "C" __global__ void __launch_bounds__(kCudaBlockWidth* kCudaBlockHeight)
    deeplab_overlay(const CudaOverlay job) {
  const int x = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  const int y = static_cast<int>(blockIdx.y * blockDim.y + threadIdx.y);
  if (x >= job.width || y >= job.height) return;
  const int64_t at = int64_t{y} * job.width + x;
  const int id = ReadId(job, at);
  const uint32_t color = id < job.color_count ? *cuda::Global(job.colors + id) : 0;
  *cuda::Global(job.rgba + at) =
      Mix(ReadPicture(job, x, y), color, static_cast<uint32_t>(job.weight));
}

}  // namespace deeplab::visualize
