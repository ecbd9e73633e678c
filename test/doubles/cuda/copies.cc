#include "copies.h"

#include <cstring>

namespace deeplab::doubles {

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

bool IsUsable(const Place& place) { return place.range == nullptr || IsUsable(*place.range); }

Job CopyJob(const Place& from, const Place& to, size_t size) {
  return {[=] {
    if (!IsUsable(from) || !IsUsable(to)) return CUDA_ERROR_ILLEGAL_ADDRESS;
    std::memcpy(to.bytes, from.bytes, size);
    return CUDA_SUCCESS;
  }};
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

Node UploadNode(const Place& from, const Place& to, size_t size) {
  const bool is_pinned = from.range != nullptr;
  return {CopyJob(from, to, size), [=](Stream&) { CountToDevice(is_pinned, size); },
          Node::Kind::kUpload};
}

Node DownloadNode(const Place& from, const Place& to, size_t size) {
  return {CopyJob(from, to, size),
          [=](Stream& running) {
            CountFromDevice(to.range != nullptr, size);
            // Earlier work may still read the target, but where there is none.
            if (running.idle()) std::memset(to.bytes, kPending, size);
          },
          Node::Kind::kDownload};
}

}  // namespace deeplab::doubles
