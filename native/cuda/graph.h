// A CUDA graph: work that was recorded from a stream once and is launched whole. Copies and kernels
// of it can be given other addresses, sizes and parameters; everything else stays as recorded.
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

  // What the next launches do in place of a copy, or of a kernel, that was recorded as `node`. The
  // direction of a copy and the kernel stay; host memory must be pinned.
  void set_upload(CUgraphNode node, CUdeviceptr to, const void* from, size_t bytes) const;
  void set_download(CUgraphNode node, void* to, CUdeviceptr from, size_t bytes) const;
  void set_kernel(CUgraphNode node, const CUDA_KERNEL_NODE_PARAMS& launch) const;

  // On any stream of the device.
  void launch(const Stream& stream) const;

 private:
  friend class Capture;
  Graph(std::shared_ptr<Device> device, CUgraph graph, CUgraphExec exec);

  std::shared_ptr<Device> device_;
  CUgraph graph_;  // its nodes' names are needed as long as something is set
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
  // Drops what was recorded, unless finish() succeeded.
  ~Capture();

  // Whether the driver can say node(): from CUDA 12.3 on.
  static bool HasNodes(const Device& device) noexcept;
  // What the last call that was given to the stream has become.
  CUgraphNode node() const;

  // Throws Error{kDeviceFailed} where something spoiled the recording.
  Graph finish();

 private:
  const Stream& stream_;
  bool is_open_;
};

}  // namespace deeplab::cuda
