// Streams, their captures, and functions of the host in them.
#include "captures.h"
#include "entry.h"
#include "pools.h"
#include "streams.h"

namespace deeplab::cuda {

using namespace doubles;

namespace {

template <typename Body>
CUresult OfStream(const char* function, CUstream handle, const Body& body) {
  return ContextCall(function, [&](Call& call) -> CUresult {
    const auto stream = FindStream(&call, handle);
    return stream != nullptr ? body(call, stream.get()) : CUDA_ERROR_INVALID_HANDLE;
  });
}

// Asking or waiting is refused for a stream that captures, whoever captures it.
CUresult RefuseCaptured(Call* call, Stream* stream) {
  if (stream->capture == nullptr) return RefuseInCapture(call);
  return Invalidate(stream->capture.get(), CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED);
}

}  // namespace

CUresult cuStreamCreate(CUstream* handle, unsigned flags) {
  return ContextCall(__func__, [&](Call& call) {
    if (handle == nullptr || flags > CU_STREAM_NON_BLOCKING) return CUDA_ERROR_INVALID_VALUE;
    *handle = StartStream(call.device);
    return CUDA_SUCCESS;
  });
}

// Does not wait: the stream's work goes on.
CUresult cuStreamDestroy_v2(CUstream handle) {
  return OfStream(__func__, handle, [&](Call&, Stream*) {
    CloseStream(handle);
    return CUDA_SUCCESS;
  });
}

CUresult cuStreamSynchronize(CUstream handle) {
  return OfStream(__func__, handle, [](Call& call, Stream* stream) -> CUresult {
    const CUresult refused = RefuseCaptured(&call, stream);
    if (refused != CUDA_SUCCESS) return refused;
    const CUresult result = call.wait([stream] { return stream->idle(); });
    if (result == CUDA_SUCCESS) TrimAfterWait(call.device);
    return result;
  });
}

CUresult cuStreamQuery(CUstream handle) {
  return OfStream(__func__, handle, [](Call& call, Stream* stream) -> CUresult {
    const CUresult refused = RefuseCaptured(&call, stream);
    if (refused != CUDA_SUCCESS) return refused;
    return stream->idle() ? CUDA_SUCCESS : CUDA_ERROR_NOT_READY;
  });
}

CUresult cuStreamBeginCapture_v2(CUstream handle, int mode) {
  return OfStream(__func__, handle, [mode](Call&, Stream* stream) -> CUresult {
    if (mode < 0 || mode > 2) return CUDA_ERROR_INVALID_VALUE;
    return BeginCapture(stream, mode);
  });
}

CUresult cuStreamEndCapture(CUstream handle, CUgraph* graph) {
  return OfStream(__func__, handle, [graph](Call& call, Stream* stream) {
    std::shared_ptr<Graph> captured;
    const CUresult result = EndCapture(stream, &captured);
    *graph = captured != nullptr ? call.state.graphs.add(std::move(captured)) : nullptr;
    return result;
  });
}

CUresult cuStreamIsCapturing(CUstream handle, int* status) {
  return OfStream(__func__, handle, [status](Call&, Stream* stream) {
    *status = Look(stream).status;
    return CUDA_SUCCESS;
  });
}

CUresult cuStreamGetCaptureInfo_v3(CUstream handle, int* status, uint64_t* id, CUgraph* graph,
                                   const CUgraphNode** nodes, const CUgraphEdgeData_st** edges,
                                   size_t* count) {
  return OfStream(__func__, handle, [&](Call&, Stream* stream) -> CUresult {
    // The rest of what the driver can say is asked by nobody here.
    if (status == nullptr || id != nullptr || graph != nullptr || edges != nullptr) {
      return CUDA_ERROR_INVALID_VALUE;
    }
    const CaptureView view = Look(stream);
    *status = view.status;
    if (view.ends == nullptr) return CUDA_SUCCESS;
    *nodes = view.ends->data();
    *count = view.ends->size();
    return CUDA_SUCCESS;
  });
}

CUresult cuLaunchHostFunc(CUstream handle, CUhostFn function, void* argument) {
  return OfStream(__func__, handle, [=](Call&, Stream* stream) -> CUresult {
    if (function == nullptr) return CUDA_ERROR_INVALID_VALUE;
    return Submit(stream, {{[function, argument] {
                             t_in_host_function = true;
                             function(argument);
                             t_in_host_function = false;
                             return CUDA_SUCCESS;
                           }},
                           nullptr});
  });
}

}  // namespace deeplab::cuda
