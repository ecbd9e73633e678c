// For headers whose functions run in CUDA kernels as well: what a C++ compiler does not know, and
// NVRTC and nvcc want to read.
#pragma once

#if defined(__CUDACC__)
#define DEEPLAB_DEVICE __host__ __device__
#define DEEPLAB_INLINE __host__ __device__ __forceinline__
#else
#define DEEPLAB_DEVICE
#define DEEPLAB_INLINE inline __attribute__((always_inline))
#endif
