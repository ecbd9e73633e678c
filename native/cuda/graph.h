// A CUDA graph: work that was recorded from a stream once and is launched whole, with the addresses
// it was recorded with.
//
// Threads: as a stream's. A graph holds no memory: what it reads and writes lives as long as it.
#pragma once

#include <memory>

#include "cuda/device.h"
#include "cuda/stream.h"

namespace deeplab::cuda {

class Graph {
 public:
  Graph(Graph&& other) noexcept;
  Graph& operator=(Graph&& other) noexcept;
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;
  ~Graph();

  // On any stream of the device.
  void launch(const Stream& stream) const;

 private:
  friend class Capture;
  Graph(std::shared_ptr<Device> device, CUgraphExec exec);

  std::shared_ptr<Device> device_;
  CUgraphExec exec_;
};

// Between construction and finish(), or destruction, work given to the stream is recorded and not
// done. On this thread nothing may then wait, allocate or copy pageable memory: the driver refuses
// it, and the recording is lost. Other threads are not concerned.
class Capture {
 public:
  explicit Capture(const Stream& stream);
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;
  // Drops what was recorded, unless finish() was called.
  ~Capture();

  // Throws Error{kDeviceFailed} where something spoiled the recording.
  Graph finish();

 private:
  const Stream& stream_;
  bool is_open_;
};

}  // namespace deeplab::cuda
