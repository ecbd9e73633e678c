// CUDA's words for a C++ compiler, so that the kernels' very source runs on the host. Include it
// before the kernel sources, in one translation unit; host_kernels.cc does, and runs them.
#pragma once

#include <cstdint>

#include "host_kernels.h"

#define __global__
#define __device__
#define __forceinline__ inline
#define __launch_bounds__(...)

namespace deeplab::doubles {

struct Index {
  unsigned x, y, z;
};

// Where the device thread is that runs on this thread of the host.
struct Place {
  Index thread, block, block_size, grid_size;
};
Place CurrentPlace() noexcept;

// All live threads of the block have come here before one goes on.
void Barrier();
void* SharedMemory() noexcept;

}  // namespace deeplab::doubles

#define threadIdx ::deeplab::doubles::CurrentPlace().thread
#define blockIdx ::deeplab::doubles::CurrentPlace().block
#define blockDim ::deeplab::doubles::CurrentPlace().block_size
#define gridDim ::deeplab::doubles::CurrentPlace().grid_size

inline void __syncthreads() { ::deeplab::doubles::Barrier(); }
inline uint32_t atomicAdd(uint32_t* at, uint32_t value) {
  return __atomic_fetch_add(at, value, __ATOMIC_RELAXED);
}
inline int min(int a, int b) { return a < b ? a : b; }

namespace deeplab::cuda {

inline void* DynamicShared() { return doubles::SharedMemory(); }

template <typename T>
T* Global(T* pointer) {
  if (doubles::g_host_address == nullptr) return pointer;
  return static_cast<T*>(doubles::g_host_address(pointer));
}

}  // namespace deeplab::cuda
