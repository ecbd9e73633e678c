#include "infer/trt_ports.h"

#include <vector>

#include "core/error.h"

namespace deeplab::infer {
namespace {

constexpr int kRank = 4;

struct RawPort {
  std::string name;
  trt::TensorIOMode mode = trt::TensorIOMode::kNone;
  trt::DataType type = trt::DataType::kFloat;
  trt::Dims shape{};
  bool is_plain = false;
};

std::vector<RawPort> ReadAll(const trt::ICudaEngine& engine) {
  std::vector<RawPort> ports;
  const int32_t count = engine->getNbIOTensors();
  for (int32_t i = 0; i < count; ++i) {
    const char* const name = engine->getIOTensorName(i);
    if (name == nullptr) continue;
    RawPort port;
    port.name = name;
    port.mode = engine->getTensorIOMode(name);
    port.type = engine->getTensorDataType(name);
    port.shape = engine->getTensorShape(name);
    port.is_plain = engine->getTensorFormat(name) == trt::TensorFormat::kLinear &&
                    engine->getTensorLocation(name) == trt::TensorLocation::kDevice;
    ports.push_back(std::move(port));
  }
  return ports;
}

std::string TypeName(trt::DataType type) {
  switch (type) {
#define DEEPLAB_TRT_TYPE_NAME(own, vendors, value) \
  case trt::DataType::own:                         \
    return std::string(#vendors).substr(1);
    DEEPLAB_TRT_DATA_TYPES(DEEPLAB_TRT_TYPE_NAME)
#undef DEEPLAB_TRT_TYPE_NAME
  }
  return "type " + std::to_string(static_cast<int>(type));
}

// "\"input\" FLOAT [-1, 3, 512, 512]".
std::string Describe(const RawPort& port) {
  std::string text = "\"" + port.name + "\" " + TypeName(port.type) + " [";
  for (int32_t i = 0; i < port.shape.rank; ++i) {
    text += (i == 0 ? "" : ", ") + std::to_string(port.shape.size[i]);
  }
  return text + (port.is_plain ? "]" : "] (not plain memory of the device)");
}

bool ToSpec(const RawPort& port, TensorSpec* spec) {
  const bool is_half = port.type == trt::DataType::kHalf;
  if (!port.is_plain || port.shape.rank != kRank) return false;
  if (!is_half && port.type != trt::DataType::kFloat) return false;
  const int64_t* const dims = port.shape.size;
  *spec = {is_half ? DataType::kFloat16 : DataType::kFloat32, dims[0], dims[1], dims[2], dims[3]};
  return dims[0] != 0 && dims[1] != 0 && dims[2] != 0 && dims[3] != 0;
}

[[noreturn]] void Refuse(const std::vector<RawPort>& ports, const std::string& path) {
  std::string found;
  for (const RawPort& port : ports) {
    const bool is_input = port.mode == trt::TensorIOMode::kInput;
    found +=
        (found.empty() ? "" : "; ") + std::string(is_input ? "input " : "output ") + Describe(port);
  }
  const std::string allowed =
      "one input [N, 3, H, W] and one output [N, K, h, w], FLOAT or HALF each";
  throw Error(ErrorCode::kPackageWeightsInvalid,
              "The engine's ends do not fit: expected " + allowed + ", found " + found + ".",
              {{"path", path}, {"found", found}, {"allowed", allowed}});
}

// The profile whose largest batch is the largest; an engine without dynamic sizes has one all the
// same.
int32_t BestProfile(const trt::ICudaEngine& engine, const char* input) {
  int32_t best = 0;
  int64_t most = 0;
  for (int32_t i = 0; i < engine->getNbOptimizationProfiles(); ++i) {
    const trt::Dims largest = engine->getProfileShape(input, i, trt::OptProfileSelector::kMax);
    if (largest.rank == kRank && largest.size[0] > most) {
      most = largest.size[0];
      best = i;
    }
  }
  return best;
}

// Fixed axes say their size themselves, the others have a range in the profile.
TrtRange RangeOf(int64_t extent, const trt::Dims& least, const trt::Dims& most, int axis) {
  if (extent > 0) return {extent, extent};
  if (least.rank != kRank || most.rank != kRank) return {1, 1};
  return {least.size[axis], most.size[axis]};
}

void ReadRanges(const trt::ICudaEngine& engine, TrtPorts* ports) {
  const char* const input = ports->input_name.c_str();
  ports->profile = BestProfile(engine, input);
  const trt::Dims least =
      engine->getProfileShape(input, ports->profile, trt::OptProfileSelector::kMin);
  const trt::Dims most =
      engine->getProfileShape(input, ports->profile, trt::OptProfileSelector::kMax);
  ports->batch = RangeOf(ports->input.batch, least, most, 0);
  ports->height = RangeOf(ports->input.height, least, most, 2);
  ports->width = RangeOf(ports->input.width, least, most, 3);
  // A range of one size is that size.
  if (ports->height.is_fixed()) ports->input.height = ports->height.min;
  if (ports->width.is_fixed()) ports->input.width = ports->width.min;
}

}  // namespace

TrtPorts ReadTrtPorts(const trt::ICudaEngine& engine, const std::string& path) {
  const std::vector<RawPort> all = ReadAll(engine);
  TrtPorts ports;
  int inputs = 0, outputs = 0;
  bool fits = true;
  for (const RawPort& port : all) {
    const bool is_input = port.mode == trt::TensorIOMode::kInput;
    ++(is_input ? inputs : outputs);
    (is_input ? ports.input_name : ports.output_name) = port.name;
    fits = fits && ToSpec(port, is_input ? &ports.input : &ports.output);
  }
  fits = fits && inputs == 1 && outputs == 1 &&
         (ports.input.channels == 3 || ports.input.channels == -1);
  if (!fits) Refuse(all, path);
  ReadRanges(engine, &ports);
  return ports;
}

}  // namespace deeplab::infer
