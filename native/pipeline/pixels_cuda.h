// The pictures of a batch on their way to the device: read where they lie, or copied once.
//
// Threads: one at a time, send() with the device's context current. Between send() and the end of
// the work the pictures stay as they are.
#pragma once

#include <memory>
#include <vector>

#include "core/held_memory.h"
#include "core/image.h"
#include "core/memory.h"
#include "core/thread_pool.h"
#include "cuda/work.h"
#include "infer/backend.h"
#include "pipeline/exchange_cuda.h"

namespace deeplab::pipeline {

class PixelUpload {
 public:
  explicit PixelUpload(const infer::DeviceSlot& slot);

  // On the host. Pictures that are not in pinned memory are copied there, in bands on the shared
  // pool, as long as there is some. `memory`: what holds the view, if it is not the caller's.
  // Returns the picture's number, from 0.
  size_t add(const ImageView& view, HostBuffer memory = {});
  // Adds the copies of all that was added.
  void send(cuda::Work* work);
  // After send(): the picture with its address on the device.
  ImageView on_device(size_t number) const;
  void clear() noexcept { pictures_.clear(); }

 private:
  struct Picture {
    ImageView view;
    HostBuffer memory;
    HeldMemory::Holds holds;        // what keeps it pinned meanwhile, if it is the caller's
    cuda::CUdeviceptr address = 0;  // 0: at `offset` of our memory
    size_t offset = 0;
  };

  const infer::Exchange& exchange_;
  ExchangeBuffer buffer_;
  std::vector<Picture> pictures_;
};

}  // namespace deeplab::pipeline
