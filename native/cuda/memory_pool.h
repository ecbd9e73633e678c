// Memory of one device, taken and given back in the order of a stream: from a pool of our own where
// the driver and the device have such pools, else by plain calls that wait for the stream.
//
// Threads: any. Owned by the Device, which outlives everything taken from it.
#pragma once

#include <cstddef>

#include "cuda/driver_api.h"

namespace deeplab::cuda {

class Device;

class MemoryPool {
 public:
  MemoryPool(const Device& device, CUdevice handle);
  MemoryPool(const MemoryPool&) = delete;
  MemoryPool& operator=(const MemoryPool&) = delete;
  ~MemoryPool();

  bool is_stream_ordered() const noexcept { return pool_ != nullptr; }

  // For work that follows on `stream`. CUDA_ERROR_OUT_OF_MEMORY after a second try, before which
  // the stream's work was waited for and everything unused given back; every other failure throws.
  CUresult allocate(CUdeviceptr* address, size_t bytes, CUstream stream) const;

  // After the work that `stream` has now.
  void free(CUdeviceptr address, CUstream stream) const noexcept;

 private:
  CUresult try_allocate(CUdeviceptr* address, size_t bytes, CUstream stream) const;

  const Device& device_;
  CUmemoryPool pool_ = nullptr;
};

}  // namespace deeplab::cuda
