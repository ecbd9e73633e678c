// The kernels of the product, compiled for the host: the table that stands for a loaded module.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace deeplab::doubles {

struct Dim3 {
  unsigned x, y, z;
};

struct HostKernel {
  const char* name;
  std::vector<size_t> parameter_sizes;
  unsigned max_threads;  // of __launch_bounds__
  // Runs the whole grid on the calling thread: its blocks in a random order, the threads of a block
  // as fibers in a random order that changes at every barrier, shared memory poisoned. `parameters`
  // as for cuLaunchKernel.
  void (*run)(Dim3 grid, Dim3 block, size_t dynamic_shared_bytes, void* const* parameters);
};

// Null where there is none of that name.
const HostKernel* FindHostKernel(const std::string& name);

// Set by whoever hands addresses to kernels that are not the host's: turns one that a kernel uses
// into a pointer. Null: they are the host's.
extern void* (*g_host_address)(const void* device_address);

}  // namespace deeplab::doubles
