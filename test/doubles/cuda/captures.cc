#include "captures.h"

#include <algorithm>

namespace deeplab::doubles {
namespace {

void Merge(const CaptureClock& from, CaptureClock* to) {
  for (const auto& [stream, nodes] : from) (*to)[stream] = std::max((*to)[stream], nodes);
}

// Whether the work of every stream comes before where the origin is now.
bool IsJoined(Capture* capture) {
  const CaptureClock& origin = capture->clocks[capture->origin];
  for (const auto& [stream, clock] : capture->clocks) {
    const auto own = clock.find(stream), seen = origin.find(stream);
    if (own == clock.end()) continue;
    if (seen == origin.end() || seen->second < own->second) return false;
  }
  return true;
}

void Finish(const std::shared_ptr<Capture>& capture) {
  for (const auto& [handle, stream] : TheState().streams.all()) {
    if (stream->capture == capture) stream->capture = nullptr;
  }
}

}  // namespace

CUresult Invalidate(Capture* capture, CUresult why) {
  capture->invalid = true;
  return why;
}

CUresult Append(Stream* stream, Node node) {
  Capture& capture = *stream->capture;
  if (capture.invalid) return CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
  static std::atomic<uintptr_t> next{0x00d7000000000100};
  node.handle = reinterpret_cast<CUgraphNode>(next.fetch_add(16));
  capture.ends[stream] = {node.handle};
  capture.graph->nodes.push_back(std::move(node));
  capture.clocks[stream][stream] = capture.graph->nodes.size();
  return CUDA_SUCCESS;
}

void Leave(Stream* stream) {
  const auto capture = stream->capture;
  capture->invalid = true;
  if (stream == capture->origin) Finish(capture);
  stream->capture = nullptr;
}

bool IsGoingOn(const std::shared_ptr<Capture>& capture) {
  const auto& streams = TheState().streams.all();
  return std::any_of(streams.begin(), streams.end(),
                     [&](const auto& entry) { return entry.second->capture == capture; });
}

CUresult RefuseInCapture(Call* call) {
  constexpr int kGlobal = 0, kRelaxed = 2;
  CUresult result = CUDA_SUCCESS;
  for (const auto& [handle, stream] : call->state.streams.all()) {
    Capture* const capture = stream->capture.get();
    if (capture == nullptr || capture->mode == kRelaxed) continue;
    if (capture->mode != kGlobal && capture->thread != std::this_thread::get_id()) continue;
    result = Invalidate(capture, CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED);
  }
  return result;
}

CUresult WaitForCaptured(Stream* stream, const Event& event) {
  if (!IsGoingOn(event.capture)) return CUDA_ERROR_CAPTURED_EVENT;
  if (stream->capture != nullptr && stream->capture != event.capture) {
    Invalidate(event.capture.get(), CUDA_ERROR_STREAM_CAPTURE_ISOLATION);
    return Invalidate(stream->capture.get(), CUDA_ERROR_STREAM_CAPTURE_ISOLATION);
  }
  if (event.capture->invalid) return CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
  stream->capture = event.capture;
  Merge(event.clock, &event.capture->clocks[stream]);
  // Those, too, that others of them come after: a stream that joined has more than one end.
  for (const auto& [of, count] : event.clock) {
    event.capture->ends[stream].push_back(event.capture->graph->nodes[count - 1].handle);
  }
  return CUDA_SUCCESS;
}

CUresult BeginCapture(Stream* stream, int mode) {
  if (stream->capture != nullptr) return kIllegalState;
  auto capture = std::make_shared<Capture>();
  capture->thread = std::this_thread::get_id();
  capture->mode = mode;
  capture->origin = stream;
  capture->clocks[stream] = {};
  capture->graph->device = stream->device;
  stream->capture = std::move(capture);
  return CUDA_SUCCESS;
}

CaptureView Look(Stream* stream) {
  Capture* const capture = stream->capture.get();
  if (capture == nullptr) return {CU_STREAM_CAPTURE_STATUS_NONE, nullptr};
  if (capture->invalid) return {CU_STREAM_CAPTURE_STATUS_INVALIDATED, nullptr};
  return {CU_STREAM_CAPTURE_STATUS_ACTIVE, &capture->ends[stream]};
}

CUresult EndCapture(Stream* stream, std::shared_ptr<Graph>* graph) {
  const auto capture = stream->capture;
  if (capture == nullptr) return kIllegalState;
  if (capture->origin != stream) return CUDA_ERROR_STREAM_CAPTURE_UNMATCHED;
  if (capture->thread != std::this_thread::get_id()) {
    return CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD;
  }
  Finish(capture);
  if (capture->invalid) return CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
  if (!IsJoined(capture.get())) return CUDA_ERROR_STREAM_CAPTURE_UNJOINED;
  *graph = capture->graph;
  return CUDA_SUCCESS;
}

}  // namespace deeplab::doubles
