// Copies and memset. Every range is looked up when the work is submitted, and looked at again when
// the device comes to it: memory that went meanwhile loses the context.
#include <cstring>

#include "captures.h"
#include "copies.h"
#include "entry.h"
#include "streams.h"

namespace deeplab::cuda {

using namespace doubles;

namespace {

// The source's bytes as they are now, and the job that takes them.
Job StagedJob(const Place& from, const Place& to, size_t size) {
  const auto staged = std::make_shared<std::string>(from.bytes, size);
  if (TheState().pageable == DEEPLAB_DOUBLE_PAGEABLE_SCRIBBLE) {
    std::memset(from.bytes, kPending, size);
  }
  const Job copy = CopyJob({nullptr, staged->data()}, to, size);
  return {[staged, copy] { return copy.run(); }};
}

// Refuses pageable memory in a capture, which ends it.
CUresult CheckPageable(const Place& host, Stream* stream) {
  if (host.range != nullptr || stream->capture == nullptr) return CUDA_SUCCESS;
  return Invalidate(stream->capture.get(), CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED);
}

CUresult CopyToDevice(Call* call, Stream* stream, const Place& from, const Place& to, size_t size) {
  const bool reads_late =
      from.range != nullptr || call->state.pageable == DEEPLAB_DOUBLE_PAGEABLE_LATE;
  Node node = UploadNode(from, to, size);
  if (!reads_late) node.job = StagedJob(from, to, size);
  return Submit(stream, std::move(node));
}

// Memory that is not pinned: the driver returns when the copy is done, or it may not (late).
CUresult CopyToPageable(Call* call, Stream* stream, Node node) {
  const auto done = std::make_shared<std::atomic<bool>>(false);
  const Job copy = node.job;
  node.job.run = [copy, done] {
    const CUresult result = copy.run();
    *done = true;
    return result;
  };
  const CUresult result = Submit(stream, std::move(node));
  if (result != CUDA_SUCCESS || call->state.pageable == DEEPLAB_DOUBLE_PAGEABLE_LATE) {
    return result;
  }
  return call->wait([&] { return done->load(); });
}

CUresult CopyFromDevice(Call* call, Stream* stream, const Place& from, const Place& to,
                        size_t size) {
  const bool is_pinned = to.range != nullptr;
  Node node = DownloadNode(from, to, size);
  if (!is_pinned) return CopyToPageable(call, stream, std::move(node));
  return Submit(stream, std::move(node));
}

}  // namespace

CUresult cuMemcpyHtoDAsync_v2(CUdeviceptr to, const void* from, size_t size, CUstream handle) {
  return ContextCall(__func__, [&](Call& call) -> CUresult {
    const auto stream = FindStream(&call, handle);
    if (stream == nullptr) return CUDA_ERROR_INVALID_HANDLE;
    Place source, target;
    if (size == 0) return CUDA_SUCCESS;
    if (!FindHostPlace(from, size, &source) || !FindDevicePlace(to, size, &target)) {
      return CUDA_ERROR_INVALID_VALUE;
    }
    const CUresult refused = CheckPageable(source, stream.get());
    if (refused != CUDA_SUCCESS) return refused;
    return CopyToDevice(&call, stream.get(), source, target, size);
  });
}

CUresult cuMemcpyDtoHAsync_v2(void* to, CUdeviceptr from, size_t size, CUstream handle) {
  return ContextCall(__func__, [&](Call& call) -> CUresult {
    const auto stream = FindStream(&call, handle);
    if (stream == nullptr) return CUDA_ERROR_INVALID_HANDLE;
    Place source, target;
    if (size == 0) return CUDA_SUCCESS;
    if (!FindDevicePlace(from, size, &source) || !FindHostPlace(to, size, &target)) {
      return CUDA_ERROR_INVALID_VALUE;
    }
    const CUresult refused = CheckPageable(target, stream.get());
    if (refused != CUDA_SUCCESS) return refused;
    return CopyFromDevice(&call, stream.get(), source, target, size);
  });
}

CUresult cuMemcpyDtoDAsync_v2(CUdeviceptr to, CUdeviceptr from, size_t size, CUstream handle) {
  return ContextCall(__func__, [&](Call& call) -> CUresult {
    const auto stream = FindStream(&call, handle);
    if (stream == nullptr) return CUDA_ERROR_INVALID_HANDLE;
    Place source, target;
    if (size == 0) return CUDA_SUCCESS;
    if (!FindDevicePlace(from, size, &source) || !FindDevicePlace(to, size, &target)) {
      return CUDA_ERROR_INVALID_VALUE;
    }
    return Submit(stream.get(), {CopyJob(source, target, size), [size](Stream&) {
                                   TheState().counters.device_to_device += size;
                                 }});
  });
}

CUresult cuMemsetD8Async(CUdeviceptr at, unsigned char value, size_t size, CUstream handle) {
  return ContextCall(__func__, [&](Call& call) -> CUresult {
    const auto stream = FindStream(&call, handle);
    if (stream == nullptr) return CUDA_ERROR_INVALID_HANDLE;
    Place target;
    if (size == 0) return CUDA_SUCCESS;
    if (!FindDevicePlace(at, size, &target)) return CUDA_ERROR_INVALID_VALUE;
    return Submit(stream.get(), {{[=] {
                                   if (!IsUsable(target)) return CUDA_ERROR_ILLEGAL_ADDRESS;
                                   std::memset(target.bytes, value, size);
                                   return CUDA_SUCCESS;
                                 }},
                                 [size](Stream&) { TheState().counters.memset_bytes += size; }});
  });
}

}  // namespace deeplab::cuda
