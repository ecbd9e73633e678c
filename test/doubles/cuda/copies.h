// Copies between host and device as work of streams and of graphs. Under the lock, but for the
// jobs.
#pragma once

#include "memory.h"

namespace deeplab::doubles {

// What a copy leaves in its target until it is done, so that a look before that is seen.
constexpr int kPending = 0xdb;

// One side of a copy; without a range it is pageable memory of the host.
struct Place {
  std::shared_ptr<Range> range;
  char* bytes = nullptr;
};

bool FindDevicePlace(CUdeviceptr address, size_t size, Place* place);
bool FindHostPlace(const void* pointer, size_t size, Place* place);
bool IsUsable(const Place& place);

Job CopyJob(const Place& from, const Place& to, size_t size);
// Of memory that is read late, when the device comes to it.
Node UploadNode(const Place& from, const Place& to, size_t size);
Node DownloadNode(const Place& from, const Place& to, size_t size);

void CountToDevice(bool is_pinned, size_t size);
void CountFromDevice(bool is_pinned, size_t size);

}  // namespace deeplab::doubles
