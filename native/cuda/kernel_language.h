// What kernel sources (*_cuda.cu) take from their surroundings beyond CUDA's own words. Tests build
// the same sources for the host, with definitions of their own in place of this file's.
#pragma once

#include <cstdint>

#if defined(__CUDACC__)
namespace deeplab::cuda {

// The memory that the launch gave each block, 16-byte aligned.
__device__ inline void* DynamicShared() {
  extern __shared__ uint4 memory[];
  return memory;
}

// All that a kernel reads and writes through a pointer of its parameters passes here: on the device
// nothing happens to it.
template <typename T>
__device__ __forceinline__ T* Global(T* pointer) {
  return pointer;
}

}  // namespace deeplab::cuda
#endif
