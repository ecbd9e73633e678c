// Shapes and sizes of an engine.
#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "engine.h"

namespace deeplab::doubles::trt {
namespace {

std::vector<int64_t> ToVector(const Dims& dims) { return {dims.d, dims.d + dims.nbDims}; }

Dims ToDims(const std::vector<int64_t>& sizes) {
  Dims dims{};
  dims.nbDims = static_cast<int32_t>(sizes.size());
  std::copy(sizes.begin(), sizes.end(), dims.d);
  return dims;
}

// The size that the inputs give to a dimension of that name; -1 where none has it.
int64_t SizeOf(const std::string& symbol, const std::vector<OnnxPort>& ports,
               const DimsList& shapes) {
  for (size_t i = 0; i < ports.size(); ++i) {
    const auto& symbols = ports[i].symbols;
    const auto found = std::find(symbols.begin(), symbols.end(), symbol);
    if (found != symbols.end() && !symbol.empty()) return shapes[i].d[found - symbols.begin()];
  }
  return -1;
}

}  // namespace

EngineCore::EngineCore(Plan plan) : plan_(std::move(plan)), session_(plan_.onnx, Effort::kRun) {}

const Tensor* EngineCore::find(const char* name) const noexcept {
  if (name == nullptr) return nullptr;
  for (const Tensor& tensor : plan_.tensors) {
    if (tensor.name == name) return &tensor;
  }
  return nullptr;
}

bool EngineCore::shapes_by_symbols(const DimsList& inputs, DimsList* outputs) const {
  for (const OnnxPort& port : session_.outputs()) {
    Dims dims = ToDims(port.dims);
    for (size_t i = 0; i < port.dims.size(); ++i) {
      if (port.dims[i] < 0) dims.d[i] = SizeOf(port.symbols[i], session_.inputs(), inputs);
    }
    if (!IsStatic(dims)) return false;
    outputs->push_back(dims);
  }
  return true;
}

// Layers may contradict each other at some pictures' sizes, whatever the ends say; at no batch.
bool EngineCore::only_batch_is_open() const {
  for (size_t i = 0; i < input_count(); ++i) {
    const Dims& dims = plan_.tensors[i].dims;
    if (std::any_of(dims.d + 1, dims.d + std::max(dims.nbDims, 1),
                    [](int64_t extent) { return extent < 0; })) {
      return false;
    }
  }
  return true;
}

DimsList EngineCore::output_shapes(const DimsList& inputs) const {
  DimsList outputs;
  if (only_batch_is_open() && shapes_by_symbols(inputs, &outputs)) return outputs;
  std::vector<std::vector<int64_t>> key;
  for (const Dims& dims : inputs) key.push_back(ToVector(dims));
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto known = tried_.find(key);
  if (known != tried_.end()) return known->second;
  outputs.clear();
  for (const auto& shape : session_.try_shapes(key)) outputs.push_back(ToDims(shape));
  return tried_[key] = outputs;
}

int64_t EngineCore::context_bytes(int32_t profile) const {
  const int64_t asked = CurrentSettings().context_bytes;
  if (asked != 0) return asked;
  // As if the widest layer had four times the input's channels, and two of them lived at once.
  int64_t elements = 0;
  for (size_t i = 0; i < input_count(); ++i) {
    const auto& ranges = plan_.profiles[static_cast<size_t>(profile)];
    elements += ElementCount(ranges[i][static_cast<size_t>(OptProfileSelector::kMAX)]);
  }
  constexpr int64_t kGranule = 512;
  return (elements * 4 * 8 + kGranule - 1) / kGranule * kGranule;
}

int64_t EngineCore::context_bytes() const {
  int64_t most = 0;
  for (size_t i = 0; i < plan_.profiles.size(); ++i) {
    most = std::max(most, context_bytes(static_cast<int32_t>(i)));
  }
  return most;
}

}  // namespace deeplab::doubles::trt
