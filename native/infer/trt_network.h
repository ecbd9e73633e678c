// The network that an engine is built from: the ONNX model as TensorRT's parser reads it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "infer/engine_build.h"
#include "infer/trt_api_parser.h"
#include "infer/trt_library.h"

namespace deeplab::infer {

// The parser owns weights of the network: both outlive the build, and go before the builder.
struct TrtNetwork {
  std::vector<uint8_t> model;
  std::unique_ptr<trt::INetworkDefinition> definition;
  std::unique_ptr<trt::IParser> parser;

  const trt::ITensor& input() const { return *(*definition)->getInput(0); }
  const trt::ITensor& output() const { return *(*definition)->getOutput(0); }
};

// Throws Error{kPackageWeightsInvalid} where it is no ONNX model, Error{kEngineBuildFailed} with
// what the parser does not understand, and of networks that have not one image input and one
// output.
TrtNetwork ReadTrtNetwork(const TrtLibrary& library, const trt::IBuilder& builder,
                          const EngineBuildRequest& request);

// [-1, 3, 512, 512]
std::string ShapeText(const trt::Dims& dims);

// Gives the engine its range of sizes where the network leaves any open. Throws
// Error{kOptionInvalid} where the request does not say which, {kEngineBuildFailed} where TensorRT
// refuses them.
void AddProfile(const trt::IBuilder& builder, const trt::IBuilderConfig& config,
                const TrtNetwork& network, const EngineBuildRequest& request);

}  // namespace deeplab::infer
