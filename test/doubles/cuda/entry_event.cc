// Events. Each record has a number; whoever waits, waits for the number that was the last one then.
#include "captures.h"
#include "entry.h"
#include "pools.h"
#include "streams.h"

namespace deeplab::cuda {

using namespace doubles;

namespace {

template <typename Body>
CUresult OfEvent(const char* function, CUevent handle, const Body& body) {
  return ContextCall(function, [&](Call& call) -> CUresult {
    const auto event = call.state.events.find(handle);
    return event != nullptr ? body(call, event) : CUDA_ERROR_INVALID_HANDLE;
  });
}

// Asking for an event that stands for a place in a graph means nothing.
CUresult RefuseCaptured(Call* call, const Event& event) {
  if (event.capture == nullptr) return RefuseInCapture(call);
  if (IsGoingOn(event.capture)) event.capture->invalid = true;
  return CUDA_ERROR_CAPTURED_EVENT;
}

Job RecordJob(const std::shared_ptr<Event>& event) {
  const uint64_t number = ++event->recorded;
  return {[event, number] {
            State& state = TheState();
            const Lock lock(state.mutex);
            event->completed = number;
            event->time = std::chrono::steady_clock::now();
            return CUDA_SUCCESS;
          },
          true};
}

// Gives up where the waiting stream's context is lost, or its work is dropped.
Job WaitJob(const std::shared_ptr<Event>& event, int device) {
  const uint64_t number = event->recorded;
  return {[event, number, device] {
    State& state = TheState();
    Lock lock(state.mutex);
    state.changed.wait(
        lock, [&] { return event->completed >= number || LostResult(device) != CUDA_SUCCESS; });
    return CUDA_SUCCESS;
  }};
}

}  // namespace

CUresult cuEventCreate(CUevent* handle, unsigned flags) {
  return ContextCall(__func__, [&](Call& call) {
    constexpr unsigned kKnown = CU_EVENT_BLOCKING_SYNC | CU_EVENT_DISABLE_TIMING;
    if (handle == nullptr || (flags & ~kKnown) != 0) return CUDA_ERROR_INVALID_VALUE;
    auto event = std::make_shared<Event>();
    event->device = call.device;
    event->has_time = (flags & CU_EVENT_DISABLE_TIMING) == 0;
    *handle = call.state.events.add(std::move(event));
    return CUDA_SUCCESS;
  });
}

CUresult cuEventDestroy_v2(CUevent handle) {
  return OfEvent(__func__, handle, [&](Call& call, const std::shared_ptr<Event>&) {
    call.state.events.erase(handle);
    return CUDA_SUCCESS;
  });
}

CUresult cuEventRecord(CUevent handle, CUstream stream_handle) {
  return OfEvent(__func__, handle,
                 [&](Call& call, const std::shared_ptr<Event>& event) -> CUresult {
                   const auto stream = FindStream(&call, stream_handle);
                   if (stream == nullptr || event->device != call.device)
                     return CUDA_ERROR_INVALID_HANDLE;
                   event->capture = stream->capture;
                   if (stream->capture == nullptr) {
                     Push(stream.get(), RecordJob(event));
                     return CUDA_SUCCESS;
                   }
                   if (stream->capture->invalid) return CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
                   event->clock = stream->capture->clocks[stream.get()];
                   return CUDA_SUCCESS;
                 });
}

CUresult cuStreamWaitEvent(CUstream stream_handle, CUevent handle, unsigned flags) {
  return OfEvent(__func__, handle,
                 [&](Call& call, const std::shared_ptr<Event>& event) -> CUresult {
                   const auto stream = FindStream(&call, stream_handle);
                   if (stream == nullptr) return CUDA_ERROR_INVALID_HANDLE;
                   if (flags != 0) return CUDA_ERROR_INVALID_VALUE;
                   if (event->capture != nullptr) return WaitForCaptured(stream.get(), *event);
                   if (event->recorded == 0) return CUDA_SUCCESS;
                   if (stream->capture != nullptr) {
                     return Invalidate(stream->capture.get(), CUDA_ERROR_STREAM_CAPTURE_ISOLATION);
                   }
                   Push(stream.get(), WaitJob(event, call.device));
                   return CUDA_SUCCESS;
                 });
}

CUresult cuEventQuery(CUevent handle) {
  return OfEvent(__func__, handle, [](Call& call, const std::shared_ptr<Event>& event) -> CUresult {
    const CUresult refused = RefuseCaptured(&call, *event);
    if (refused != CUDA_SUCCESS) return refused;
    return event->completed >= event->recorded ? CUDA_SUCCESS : CUDA_ERROR_NOT_READY;
  });
}

CUresult cuEventSynchronize(CUevent handle) {
  return OfEvent(__func__, handle, [](Call& call, const std::shared_ptr<Event>& event) -> CUresult {
    const CUresult refused = RefuseCaptured(&call, *event);
    if (refused != CUDA_SUCCESS) return refused;
    const uint64_t number = event->recorded;
    const CUresult result = call.wait([&] { return event->completed >= number; });
    if (result == CUDA_SUCCESS) TrimAfterWait(call.device);
    return result;
  });
}

CUresult cuEventElapsedTime(float* milliseconds, CUevent first, CUevent last) {
  return ContextCall(__func__, [&](Call& call) -> CUresult {
    const auto from = call.state.events.find(first), to = call.state.events.find(last);
    if (from == nullptr || to == nullptr || !from->has_time || !to->has_time ||
        from->recorded == 0 || to->recorded == 0) {
      return CUDA_ERROR_INVALID_HANDLE;
    }
    if (from->completed < from->recorded || to->completed < to->recorded) {
      return CUDA_ERROR_NOT_READY;
    }
    *milliseconds = std::chrono::duration<float, std::milli>(to->time - from->time).count();
    return CUDA_SUCCESS;
  });
}

}  // namespace deeplab::cuda
