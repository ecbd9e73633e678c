// The device, which is the CUDA driver's double: found where it is already loaded in the process.
#pragma once

#include <cstddef>
#include <cstdint>

struct CUstream_st;

namespace deeplab::doubles::trt {

struct ComputeCapability {
  int32_t major = 0;
  int32_t minor = 0;
};

// False: this process has not loaded the driver's double.
bool HasGpu();

// Of the device whose context is current; false, and `result` (a CUresult), where none is.
bool CurrentCapability(ComputeCapability* capability, int* result);

// The CUDA runtime's words for a result of the driver.
const char* GpuErrorText(int result);

// Whether work of this stream is being captured into a graph.
bool IsCapturing(CUstream_st* stream);

// Queues a job (control.h of the driver's double). A CUresult.
int EnqueueJob(CUstream_st* stream, void (*run)(void*), void* argument);
// Within a job: memory behind an address. A wrong one is the job's fault.
void* JobMemory(uint64_t address, size_t bytes);
// Within a job: the context is lost, as by a wrong access.
void FaultJob();

// Memory of the current device. Freed where it was allocated: TensorRT's own is strict about it
// here, while the real one would make a context by itself.
class GpuMemory {
 public:
  GpuMemory() = default;
  ~GpuMemory();
  GpuMemory(const GpuMemory&) = delete;
  GpuMemory& operator=(const GpuMemory&) = delete;

  // Frees what it has. False: an error of `method` is in the log. No bytes: nothing is allocated.
  bool allocate(const char* method, size_t bytes);
  uint64_t address() const noexcept { return address_; }
  size_t size() const noexcept { return size_; }

 private:
  void free() noexcept;
  uint64_t address_ = 0;
  size_t size_ = 0;
};

}  // namespace deeplab::doubles::trt
