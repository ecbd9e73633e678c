// A network that is being defined: what the ONNX parser found, and what the user changes of it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "objects.h"
#include "onnx_model.h"
#include "plan.h"

namespace deeplab::doubles::trt {

// An input or output.
class NetworkTensor final : public TensorDefaults {
 public:
  explicit NetworkTensor(Tensor tensor) : tensor_(std::move(tensor)) {}

  void setName(char const* name) noexcept override { tensor_.name = name; }
  char const* getName() const noexcept override { return tensor_.name.c_str(); }
  void setDimensions(Dims const& dims) noexcept override;
  Dims getDimensions() const noexcept override { return tensor_.dims; }
  void setType(DataType type) noexcept override { tensor_.type = type; }
  DataType getType() const noexcept override { return tensor_.type; }
  bool isNetworkInput() const noexcept override { return tensor_.is_input; }
  bool isNetworkOutput() const noexcept override { return !tensor_.is_input; }
  TensorLocation getLocation() const noexcept override { return TensorLocation::kDEVICE; }
  bool isShapeTensor() const noexcept override { return false; }
  bool isExecutionTensor() const noexcept override { return true; }

  const Tensor& tensor() const noexcept { return tensor_; }

 private:
  Tensor tensor_;
};

using NetworkTensorHandle = Handle<ITensor, NetworkTensor>;

class Network final : public NetworkDefinitionDefaults {
 public:
  Network(const Factory& builder, IBuilder* builder_handle, NetworkDefinitionCreationFlags flags)
      : product_(builder), builder_(builder_handle), flags_(flags) {}

  void define(std::string onnx, std::vector<OnnxNode> nodes, std::vector<Tensor> tensors);

  int32_t getNbLayers() const noexcept override { return static_cast<int32_t>(nodes_.size()); }
  int32_t getNbInputs() const noexcept override { return static_cast<int32_t>(inputs_.size()); }
  ITensor* getInput(int32_t index) const noexcept override;
  int32_t getNbOutputs() const noexcept override { return static_cast<int32_t>(outputs_.size()); }
  ITensor* getOutput(int32_t index) const noexcept override;
  void setName(char const* name) noexcept override { name_ = name; }
  char const* getName() const noexcept override { return name_.c_str(); }
  bool hasImplicitBatchDimension() const noexcept override { return false; }
  IBuilder& getBuilder() const noexcept override { return *builder_; }
  NetworkDefinitionCreationFlags getFlags() const noexcept override { return flags_; }
  bool getFlag(NetworkDefinitionCreationFlag flag) const noexcept override {
    return (flags_ >> static_cast<uint32_t>(flag) & 1u) != 0;
  }

  const std::string& onnx() const noexcept { return onnx_; }
  const std::vector<OnnxNode>& nodes() const noexcept { return nodes_; }
  // Inputs first.
  std::vector<Tensor> tensors() const;
  bool has_operation(const char* name) const;

 private:
  using Tensors = std::vector<std::unique_ptr<NetworkTensorHandle>>;

  const Alive alive_{"network"};
  const Product product_;
  IBuilder* const builder_;
  const NetworkDefinitionCreationFlags flags_;
  std::string name_ = "Unnamed Network 0";
  std::string onnx_;
  std::vector<OnnxNode> nodes_;
  Tensors inputs_, outputs_;
};

using NetworkHandle = Handle<INetworkDefinition, Network>;

// Every network in this process is of this class.
Network& ImplementationOf(INetworkDefinition& network);

}  // namespace deeplab::doubles::trt
