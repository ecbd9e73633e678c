// Memory for callers' pixels and for results, from a device's pinned memory as far as its limit
// reaches, beyond it from the process's pool: there the driver copies once more.
#pragma once

#include <memory>
#include <utility>

#include "cuda/pinned_memory.h"

namespace deeplab::cuda {

class PinnedSource final : public BufferSource {
 public:
  explicit PinnedSource(std::shared_ptr<Device> device) : device_(std::move(device)) {}

  HostBuffer acquire(size_t bytes) override {
    HostBuffer buffer = PinnedMemory::Acquire(device_, bytes);
    return buffer ? std::move(buffer) : BufferPool::Instance().acquire(bytes);
  }

 private:
  std::shared_ptr<Device> device_;
};

}  // namespace deeplab::cuda
