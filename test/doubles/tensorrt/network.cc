#include "network.h"

#include <algorithm>

#include "log.h"

namespace deeplab::doubles::trt {
namespace {

template <typename Tensors>
ITensor* At(const Tensors& tensors, int32_t index) {
  const bool exists = index >= 0 && static_cast<size_t>(index) < tensors.size();
  return exists ? tensors[static_cast<size_t>(index)].get() : nullptr;
}

}  // namespace

void NetworkTensor::setDimensions(Dims const& dims) noexcept {
  if (tensor_.is_input) {
    tensor_.dims = dims;
  } else {
    LogUsage("ITensor::setDimensions", "isNetworkInput()");
  }
}

void Network::define(std::string onnx, std::vector<OnnxNode> nodes, std::vector<Tensor> tensors) {
  onnx_ = std::move(onnx);
  nodes_ = std::move(nodes);
  inputs_.clear();
  outputs_.clear();
  for (Tensor& tensor : tensors) {
    Tensors& side = tensor.is_input ? inputs_ : outputs_;
    side.push_back(std::make_unique<NetworkTensorHandle>(std::move(tensor)));
  }
}

ITensor* Network::getInput(int32_t index) const noexcept { return At(inputs_, index); }
ITensor* Network::getOutput(int32_t index) const noexcept { return At(outputs_, index); }

std::vector<Tensor> Network::tensors() const {
  std::vector<Tensor> all;
  for (const Tensors* side : {&inputs_, &outputs_}) {
    for (const auto& handle : *side) all.push_back(handle->implementation().tensor());
  }
  return all;
}

bool Network::has_operation(const char* name) const {
  return std::any_of(nodes_.begin(), nodes_.end(),
                     [&](const OnnxNode& node) { return node.operation == name; });
}

Network& ImplementationOf(INetworkDefinition& network) {
  return static_cast<NetworkHandle&>(network).implementation();
}

}  // namespace deeplab::doubles::trt
