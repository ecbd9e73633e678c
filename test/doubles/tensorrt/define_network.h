// What the double of the ONNX parser has done by the double of libnvinfer, which knows ONNX
// Runtime.
#pragma once

#include <NvInfer.h>

#include <string>
#include <vector>

namespace deeplab::doubles::trt {

struct ParseProblem {
  int code = 0;  // of nvonnxparser::ErrorCode
  std::string text;
  int node = -1;
  std::string node_name;
  std::string operation;
};

// Reads a model into a network; external data lies in `folder`. False: `problems` say why.
__attribute__((visibility("default"))) bool DefineNetwork(nvinfer1::INetworkDefinition& network,
                                                          std::string model,
                                                          const std::string& folder,
                                                          std::vector<ParseProblem>* problems);

// For the parser: what state.h and log.h are for libnvinfer.
__attribute__((visibility("default"))) bool ParserMustFail(const char* method);
__attribute__((visibility("default"))) void ParserLogError(const std::string& text);
__attribute__((visibility("default"))) bool IsSupportedOperation(const std::string& operation);
__attribute__((visibility("default"))) void CountParser(int by);

}  // namespace deeplab::doubles::trt
