// A point in a stream's work: what a request waits for, what another stream waits for, and, with
// times, what a stage took.
//
// Threads: record() on the stream's thread; wait() and is_done() on any that has the device's
// context current. A lost device ends every wait with its error.
#pragma once

#include <memory>
#include <utility>

#include "cuda/device.h"
#include "cuda/stream.h"

namespace deeplab::cuda {

class Event {
 public:
  enum class Kind { kPlain, kTimed };

  explicit Event(std::shared_ptr<Device> device, Kind kind = Kind::kPlain)
      : device_(std::move(device)) {
    const Current current(*device_);
    // A thread that waits sleeps: the cores are for pictures.
    unsigned flags = CU_EVENT_BLOCKING_SYNC;
    if (kind == Kind::kPlain) flags |= CU_EVENT_DISABLE_TIMING;
    device_->call(api().EventCreate, &event_, flags);
  }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  ~Event() { device_->release(api().EventDestroy, event_); }

  CUevent handle() const noexcept { return event_; }

  // Behind the work that the stream has now.
  void record(const Stream& stream) const {
    device_->call(api().EventRecord, event_, stream.handle());
  }

  // Until what was recorded last is done; at once where nothing was.
  void wait() const { device_->call(api().EventSynchronize, event_); }

  // Work that is given to `stream` from now on waits for the event, on the device.
  void hold_back(const Stream& stream) const {
    device_->call(api().StreamWaitEvent, stream.handle(), event_, 0u);
  }

  bool is_done() const {
    const CUresult result = device_->attempt(api().EventQuery, event_);
    if (result == CUDA_SUCCESS || result == CUDA_ERROR_NOT_READY) return result == CUDA_SUCCESS;
    device_->fail(api().EventQuery.name, result);
  }

  // From `start` to this, both timed and done.
  float milliseconds_since(const Event& start) const {
    float milliseconds = 0;
    device_->call(api().EventElapsedTime, &milliseconds, start.event_, event_);
    return milliseconds;
  }

 private:
  const DriverApi& api() const noexcept { return device_->api(); }

  std::shared_ptr<Device> device_;
  CUevent event_ = nullptr;
};

}  // namespace deeplab::cuda
