// The compiled CUDA kernels inside this library: one fatbin, of which the driver takes what fits
// the GPU.
#pragma once

#include <cstddef>

namespace deeplab::cuda {

// As cuModuleLoadData wants it; aligned to 16 bytes, there as long as the library is loaded.
struct KernelImage {
  const void* data;
  size_t size;  // 0, and no data: built without CUDA kernels
};

KernelImage EmbeddedKernels() noexcept;

}  // namespace deeplab::cuda
