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

// A copy of so many bytes in a row; where from and to is still to be said.
CUDA_MEMCPY3D Row(size_t bytes) {
  CUDA_MEMCPY3D copy{};
  copy.WidthInBytes = copy.srcPitch = copy.dstPitch = bytes;
  copy.Height = copy.srcHeight = copy.dstHeight = 1;
  copy.Depth = 1;
  return copy;
}

}  // namespace

Graph::Graph(std::shared_ptr<Device> device, CUgraph graph, CUgraphExec exec)
    : device_(std::move(device)), graph_(graph), exec_(exec) {}

Graph::Graph(Graph&& other) noexcept
    : device_(std::move(other.device_)),
      graph_(std::exchange(other.graph_, nullptr)),
      exec_(std::exchange(other.exec_, nullptr)) {}

Graph& Graph::operator=(Graph&& other) noexcept {
  std::swap(device_, other.device_);
  std::swap(graph_, other.graph_);
  std::swap(exec_, other.exec_);
  return *this;
}

Graph::~Graph() {
  if (exec_ != nullptr) device_->release(device_->api().GraphExecDestroy, exec_);
  if (graph_ != nullptr) device_->release(device_->api().GraphDestroy, graph_);
}

void Graph::set_upload(CUgraphNode node, CUdeviceptr to, const void* from, size_t bytes) const {
  CUDA_MEMCPY3D copy = Row(bytes);
  copy.srcMemoryType = CU_MEMORYTYPE_HOST;
  copy.srcHost = from;
  copy.dstMemoryType = CU_MEMORYTYPE_DEVICE;
  copy.dstDevice = to;
  device_->call(device_->api().GraphExecMemcpyNodeSetParams, exec_, node, &copy,
                device_->context());
}

void Graph::set_download(CUgraphNode node, void* to, CUdeviceptr from, size_t bytes) const {
  CUDA_MEMCPY3D copy = Row(bytes);
  copy.srcMemoryType = CU_MEMORYTYPE_DEVICE;
  copy.srcDevice = from;
  copy.dstMemoryType = CU_MEMORYTYPE_HOST;
  copy.dstHost = to;
  device_->call(device_->api().GraphExecMemcpyNodeSetParams, exec_, node, &copy,
                device_->context());
}

void Graph::set_kernel(CUgraphNode node, const CUDA_KERNEL_NODE_PARAMS& launch) const {
  device_->call(device_->api().GraphExecKernelNodeSetParams, exec_, node, &launch);
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

bool Capture::HasNodes(const Device& device) noexcept {
  return device.api().StreamGetCaptureInfo.call != nullptr;
}

// What comes next in the stream waits for the last node alone.
CUgraphNode Capture::node() const {
  const Device& device = *stream_.device();
  const auto& entry = device.api().StreamGetCaptureInfo;
  int status = CU_STREAM_CAPTURE_STATUS_NONE;
  const CUgraphNode* nodes = nullptr;
  size_t count = 0;
  device.call(entry, stream_.handle(), &status, nullptr, nullptr, &nodes, nullptr, &count);
  if (status != CU_STREAM_CAPTURE_STATUS_ACTIVE || count != 1) {
    device.fail(entry.name, CUDA_ERROR_STREAM_CAPTURE_INVALIDATED);
  }
  return nodes[0];
}

Graph Capture::finish() {
  const std::shared_ptr<Device>& device = stream_.device();
  Recorded recorded(*device);
  device->call(device->api().StreamEndCapture, stream_.handle(), &recorded.graph);
  is_open_ = false;
  CUgraphExec exec = nullptr;
  device->call(device->api().GraphInstantiate, &exec, recorded.graph, 0ull);
  return Graph(device, std::exchange(recorded.graph, nullptr), exec);
}

}  // namespace deeplab::cuda
