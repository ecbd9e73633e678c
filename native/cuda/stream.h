// A stream of a device: work in the order in which it was given, and copies as such work.
//
// Threads: one at a time. Everything but creation and destruction wants the device's context
// current (cuda/device.h). Host memory of a copy stays as it is until the stream has done it: only
// pinned memory is copied without the driver's own staging.
#pragma once

#include <memory>
#include <utility>

#include "cuda/device.h"

namespace deeplab::cuda {

class Stream {
 public:
  // Does not wait for the legacy default stream, nor that for it.
  explicit Stream(std::shared_ptr<Device> device) : device_(std::move(device)) {
    const Current current(*device_);
    device_->call(api().StreamCreate, &stream_, unsigned{CU_STREAM_NON_BLOCKING});
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  // Waits for nothing: the driver lets the stream go when its work is done.
  ~Stream() { device_->release(api().StreamDestroy, stream_); }

  const std::shared_ptr<Device>& device() const noexcept { return device_; }
  CUstream handle() const noexcept { return stream_; }

  void upload(CUdeviceptr to, const void* from, size_t bytes) const {
    device_->call(api().MemcpyHtoDAsync, to, from, bytes, stream_);
  }
  void download(void* to, CUdeviceptr from, size_t bytes) const {
    device_->call(api().MemcpyDtoHAsync, to, from, bytes, stream_);
  }
  void copy(CUdeviceptr to, CUdeviceptr from, size_t bytes) const {
    device_->call(api().MemcpyDtoDAsync, to, from, bytes, stream_);
  }
  void fill(CUdeviceptr to, unsigned char value, size_t bytes) const {
    device_->call(api().MemsetD8Async, to, value, bytes, stream_);
  }

  // For tests and for the end of a stream's life: requests wait for an event.
  void synchronize() const { device_->call(api().StreamSynchronize, stream_); }

  // Whether all work is done.
  bool is_idle() const {
    const CUresult result = device_->attempt(api().StreamQuery, stream_);
    if (result == CUDA_SUCCESS || result == CUDA_ERROR_NOT_READY) return result == CUDA_SUCCESS;
    device_->fail(api().StreamQuery.name, result);
  }

  bool is_capturing() const {
    int status = CU_STREAM_CAPTURE_STATUS_NONE;
    device_->call(api().StreamIsCapturing, stream_, &status);
    return status != CU_STREAM_CAPTURE_STATUS_NONE;
  }

 private:
  const DriverApi& api() const noexcept { return device_->api(); }

  std::shared_ptr<Device> device_;
  CUstream stream_ = nullptr;
};

}  // namespace deeplab::cuda
