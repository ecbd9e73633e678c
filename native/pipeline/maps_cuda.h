// The results of a batch on their way from the device: written into the caller's memory in place,
// or brought down in one copy an image, into pinned memory that is the result.
//
// Threads: one at a time, place() and send() with the device's context current. An image's parts
// are added one after another, all of them before place().
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "core/held_memory.h"
#include "core/memory.h"
#include "cuda/work.h"
#include "infer/backend.h"
#include "pipeline/exchange_cuda.h"

namespace deeplab::pipeline {

class MapDownload {
 public:
  explicit MapDownload(const infer::DeviceSlot& slot);

  // The parts that follow belong to another image.
  void begin_image();
  // Where this many bytes are to be on the host: at `direct`, which is the caller's, or, where that
  // is null, in memory that `into` is to own. Both null: they stay on the device. Returns the
  // part's number, from 0.
  size_t add(size_t bytes, void* direct, HostBuffer* into);
  // Finds memory for all parts.
  void place();
  // After place(): where the device writes a part.
  cuda::CUdeviceptr address(size_t number) const { return parts_[number].address; }
  // The same bytes for the host where they are in mapped memory, else null.
  void* on_host(size_t number) const noexcept;
  // Adds the copies.
  void send(cuda::Work* work) const;
  // When they are done: hands the memory over.
  void finish();
  void clear() noexcept;

 private:
  struct Part {
    size_t bytes;
    void* direct;
    HostBuffer* into;
    size_t image;
    size_t offset;  // in the image's block
    cuda::CUdeviceptr address;
    size_t region;  // where in our memory, if it is_ours
    bool is_ours;
  };
  struct Image {
    size_t shared = 0;  // bytes of the parts that come down together
    HostBuffer block;   // for them; empty: each has memory of its own
    cuda::CUdeviceptr mapped = 0;
  };

  void place_blocks();
  void own_memory();
  bool is_shared(const Part& part) const noexcept {
    return part.direct == nullptr && part.into != nullptr;
  }
  void* target(const Part& part) const noexcept;

  const infer::Exchange& exchange_;
  ExchangeBuffer buffer_;
  std::vector<Part> parts_;
  std::vector<Image> images_;
  std::vector<size_t> region_of_image_;
  HeldMemory::Holds holds_;  // what keeps the caller's memory pinned meanwhile
  cuda::CUdeviceptr base_ = 0;
};

}  // namespace deeplab::pipeline
