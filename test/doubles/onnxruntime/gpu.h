// The CUDA driver's double as the proxy uses it: found by its name in this process, called through
// the driver's own functions, so that what the proxy does is counted and can be made to fail.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

struct CUstream_st;
struct CUctx_st;

namespace deeplab::doubles::ort {

// Throws Failure with CUDA's own error where this process has no driver or not that device.
void RequireDevice(int device);

// A count of a device's primary context, and the context made current for a scope, as ONNX Runtime
// does before it works on a device.
class OnDevice {
 public:
  explicit OnDevice(int device);
  ~OnDevice();
  OnDevice(const OnDevice&) = delete;
  OnDevice& operator=(const OnDevice&) = delete;

 private:
  int device_;
};

// They want the device's context current.
uint64_t AllocateOnDevice(size_t bytes);  // throws Failure
void FreeOnDevice(uint64_t address) noexcept;
CUstream_st* NewStream();
void DeleteStream(CUstream_st* stream) noexcept;
void Synchronize(CUstream_st* stream);
bool IsCapturing(CUstream_st* stream);
void EnqueueJob(CUstream_st* stream, void (*run)(void*), void* argument);

// Memory behind an address; null where it is not live (within a job that is the job's fault).
void* HostRange(uint64_t address, size_t bytes);
// Within a job: the context is lost, as by a wrong access.
void FaultJob();

}  // namespace deeplab::doubles::ort
