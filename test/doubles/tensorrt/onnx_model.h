// As much of an ONNX file as TensorRT's parser needs to know beside what ONNX Runtime tells.
#pragma once

#include <string>
#include <vector>

namespace deeplab::doubles::trt {

struct OnnxNode {
  std::string name;
  std::string operation;
};

// The nodes of the main graph. Throws std::runtime_error where the bytes are no protocol buffer.
std::vector<OnnxNode> NodesOf(const std::string& model);

// The same model with what lies in files of `folder` inside: an engine has its weights in it.
// Throws std::runtime_error where a file is absent or too short.
std::string WithoutExternalData(const std::string& model, const std::string& folder);

}  // namespace deeplab::doubles::trt
