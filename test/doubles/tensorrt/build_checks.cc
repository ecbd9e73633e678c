// What TensorRT refuses to build.
#include "build.h"
#include "log.h"

namespace deeplab::doubles::trt {
namespace {

constexpr const char* kMethod = "IBuilder::buildSerializedNetwork";

bool Refuse(int code, const char* kind, const std::string& text) {
  LogError(kMethod, code, kind, text);
  return false;
}

bool CheckPrecision(const Network& network, const BuilderConfig& config,
                    const ComputeCapability& device) {
  const bool quantized = network.has_operation("DequantizeLinear");
  const bool int8 = config.getFlag(BuilderFlag::kINT8);
  const bool fp16 = config.getFlag(BuilderFlag::kFP16), bf16 = config.getFlag(BuilderFlag::kBF16);
  if (network.getFlag(NetworkDefinitionCreationFlag::kSTRONGLY_TYPED)) {
    return !(int8 || fp16 || bf16) ||
           Refuse(3, "API Usage Error",
                  "Parameter check failed, condition: !config.getFlag(BuilderFlag::kFP16). Builder "
                  "flags of types are not allowed for strongly typed networks");
  }
  if (quantized && !int8) {
    return Refuse(4, "Internal Error",
                  "Int8 precision has been set for a layer or layer output, but int8 is not "
                  "configured in the builder");
  }
  if (int8 && !quantized) {
    return Refuse(4, "Internal Error",
                  "Calibration failure occurred with no scaling factors detected. This could be "
                  "due to no int8 calibrator or insufficient custom scales for network layers.");
  }
  return !bf16 || device.major >= 8 ||
         Refuse(9, "API Usage Error",
                "Networks with BF16 precision require hardware with BF16 support.");
}

bool CheckHardware(const BuilderConfig& config, const ComputeCapability& device) {
  const bool any = config.getHardwareCompatibilityLevel() == HardwareCompatibilityLevel::kNONE;
  return any || device.major >= 8 ||
         Refuse(9, "API Usage Error",
                "Hardware compatibility mode is not supported on devices before Ampere");
}

bool IsConvertible(DataType type) { return type == DataType::kFLOAT || type == DataType::kHALF; }

bool CheckTypes(const Network& network) {
  for (const Tensor& tensor : network.tensors()) {
    if (tensor.type == tensor.network_type) continue;
    if (IsConvertible(tensor.type) && IsConvertible(tensor.network_type)) continue;
    return Refuse(4, "API Usage Error",
                  "The type of " + tensor.name + " cannot be made of that of the network");
  }
  return true;
}

bool CheckRange(const Tensor& input, const ShapeRange* range, size_t number) {
  const std::string profile = "profile " + std::to_string(number);
  if (range == nullptr) {
    return IsStatic(input.dims) ||
           Refuse(4, "API Usage Error",
                  input.name + ": dynamic input is missing dimensions in " + profile + ".");
  }
  for (const Dims& dims : *range) {
    if (dims.nbDims != input.dims.nbDims) {
      return Refuse(4, "API Usage Error",
                    input.name + ": number of dimensions is " + std::to_string(dims.nbDims) +
                        " in " + profile + " but " + std::to_string(input.dims.nbDims) +
                        " in network definition.");
    }
  }
  const auto& [least, best, greatest] = *range;
  for (int i = 0; i < input.dims.nbDims; ++i) {
    const int64_t fixed = input.dims.d[i];
    if (fixed < 0 || (least.d[i] == fixed && greatest.d[i] == fixed)) continue;
    return Refuse(4, "API Usage Error",
                  input.name + ": for dimension number " + std::to_string(i) + " in " + profile +
                      " does not match network definition (got min=" + std::to_string(least.d[i]) +
                      ", opt=" + std::to_string(best.d[i]) +
                      ", max=" + std::to_string(greatest.d[i]) +
                      "), expected min=opt=max=" + std::to_string(fixed) + ").");
  }
  return true;
}

bool CheckProfiles(const Network& network, const BuilderConfig& config) {
  for (const Tensor& tensor : network.tensors()) {
    if (!tensor.is_input) continue;
    if (config.profiles().empty() && !IsStatic(tensor.dims)) {
      return Refuse(4, "API Usage Error",
                    "Network has dynamic or shape inputs, but no optimization profile has been "
                    "defined.");
    }
    for (size_t i = 0; i < config.profiles().size(); ++i) {
      if (!CheckRange(tensor, config.profiles()[i]->find(tensor.name), i)) return false;
    }
  }
  return true;
}

}  // namespace

bool IsBuildable(const Network& network, const BuilderConfig& config) {
  ComputeCapability device;
  int result = 0;
  if (!CurrentCapability(&device, &result)) return LogCuda(kMethod, result), false;
  if (network.getNbOutputs() == 0) {
    return Refuse(4, "API Usage Error", "Network must have at least one output");
  }
  return CheckHardware(config, device) && CheckPrecision(network, config, device) &&
         CheckTypes(network) && CheckProfiles(network, config);
}

}  // namespace deeplab::doubles::trt
