#include "cuda/graph.h"

#include <utility>

namespace deeplab::cuda {
namespace {

// Owns what a capture gave until it is instantiated.
struct Recorded {
  explicit Recorded(const Device& of) : device(of) {}
  Recorded(const Recorded&) = delete;
  Recorded& operator=(const Recorded&) = delete;
  ~Recorded() {
    if (graph != nullptr) device.release(device.api().GraphDestroy, graph);
  }

  const Device& device;
  CUgraph graph = nullptr;
};

}  // namespace

Graph::Graph(std::shared_ptr<Device> device, CUgraphExec exec)
    : device_(std::move(device)), exec_(exec) {}

Graph::Graph(Graph&& other) noexcept
    : device_(std::move(other.device_)), exec_(std::exchange(other.exec_, nullptr)) {}

Graph& Graph::operator=(Graph&& other) noexcept {
  std::swap(device_, other.device_);
  std::swap(exec_, other.exec_);
  return *this;
}

Graph::~Graph() {
  if (exec_ != nullptr) device_->release(device_->api().GraphExecDestroy, exec_);
}

void Graph::launch(const Stream& stream) const {
  device_->call(device_->api().GraphLaunch, exec_, stream.handle());
}

Capture::Capture(const Stream& stream) : stream_(stream), is_open_(true) {
  const Device& device = *stream.device();
  device.call(device.api().StreamBeginCapture, stream.handle(),
              int{CU_STREAM_CAPTURE_MODE_THREAD_LOCAL});
}

Capture::~Capture() {
  if (!is_open_) return;
  Recorded recorded(*stream_.device());
  recorded.device.release(recorded.device.api().StreamEndCapture, stream_.handle(),
                          &recorded.graph);
}

Graph Capture::finish() {
  const std::shared_ptr<Device>& device = stream_.device();
  Recorded recorded(*device);
  // Also where it fails, the stream is a plain one again.
  is_open_ = false;
  device->call(device->api().StreamEndCapture, stream_.handle(), &recorded.graph);
  CUgraphExec exec = nullptr;
  device->call(device->api().GraphInstantiate, &exec, recorded.graph, 0ull);
  return Graph(device, exec);
}

}  // namespace deeplab::cuda
