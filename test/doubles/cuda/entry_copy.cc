// Copies and memset. Every range is looked up when the work is submitted, and looked at again when
// the device comes to it: memory that went meanwhile loses the context.
#include <cstring>

#include "captures.h"
#include "entry.h"
#include "memory.h"
#include "streams.h"

namespace deeplab::cuda {

using namespace doubles;

namespace {

// What a copy leaves in its target until it is done, so that a look before that is seen.
constexpr int kPending = 0xdb;

// One side of a copy; without a range it is pageable memory of the host.
struct Place {
  std::shared_ptr<Range> range;
  char* bytes = nullptr;
};

bool FindDevicePlace(CUdeviceptr address, size_t size, Place* place) {
  place->range = FindForDevice(address, size);
  place->bytes = static_cast<char*>(HostPointer(address));
  return place->range != nullptr;
}

bool FindHostPlace(const void* pointer, size_t size, Place* place) {
  bool overlaps = false;
  place->range = FindPinned(pointer, size, &overlaps);
  place->bytes = static_cast<char*>(const_cast<void*>(pointer));
  return pointer != nullptr && !overlaps;
}

bool IsUsable(const Place& place) {
  return place.range == nullptr || doubles::IsUsable(*place.range);
}

Job CopyJob(const Place& from, const Place& to, size_t size) {
  return {[=] {
    if (!IsUsable(from) || !IsUsable(to)) return CUDA_ERROR_ILLEGAL_ADDRESS;
    std::memcpy(to.bytes, from.bytes, size);
    return CUDA_SUCCESS;
  }};
}

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

void CountToDevice(bool is_pinned, size_t size) {
  auto& counters = TheState().counters;
  (is_pinned ? counters.pinned_to_device : counters.pageable_to_device) += size;
  ++counters.to_device_copies;
}

void CountFromDevice(bool is_pinned, size_t size) {
  auto& counters = TheState().counters;
  (is_pinned ? counters.device_to_pinned : counters.device_to_pageable) += size;
  ++counters.from_device_copies;
}

CUresult CopyToDevice(Call* call, Stream* stream, const Place& from, const Place& to, size_t size) {
  const bool is_pinned = from.range != nullptr;
  const bool reads_late = is_pinned || call->state.pageable == DEEPLAB_DOUBLE_PAGEABLE_LATE;
  return Submit(stream, {reads_late ? CopyJob(from, to, size) : StagedJob(from, to, size),
                         [=](Stream&) { CountToDevice(is_pinned, size); }});
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
  Node node{CopyJob(from, to, size), [=](Stream& running) {
              CountFromDevice(is_pinned, size);
              // Earlier work may still read the target, but where there is none.
              if (running.idle()) std::memset(to.bytes, kPending, size);
            }};
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
