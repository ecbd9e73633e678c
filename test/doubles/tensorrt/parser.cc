// libnvonnxparser.so.10: reads ONNX into a network, by the double of libnvinfer, which it needs as
// the real one does.
#include <NvOnnxParser.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>

#include "define_network.h"

namespace deeplab::doubles::trt {
namespace {

using nvonnxparser::IParser;
using nvonnxparser::IParserError;
using nvonnxparser::OnnxParserFlag;
using nvonnxparser::OnnxParserFlags;

class ParserError final : public IParserError {
 public:
  explicit ParserError(ParseProblem problem) : problem_(std::move(problem)) {}
  nvonnxparser::ErrorCode code() const override {
    return static_cast<nvonnxparser::ErrorCode>(problem_.code);
  }
  char const* desc() const override { return problem_.text.c_str(); }
  char const* file() const override { return "ModelImporter.cpp"; }
  int line() const override { return 1; }
  char const* func() const override { return "parseNode"; }
  int node() const override { return problem_.node; }
  char const* nodeName() const override { return problem_.node_name.c_str(); }
  char const* nodeOperator() const override { return problem_.operation.c_str(); }
  char const* const* localFunctionStack() const override { return nullptr; }
  int32_t localFunctionStackSize() const override { return 0; }

 private:
  const ParseProblem problem_;
};

std::string TextOf(const ParseProblem& problem) {
  const std::string where = problem.node < 0
                                ? std::string("In parse: ")
                                : "In node " + std::to_string(problem.node) +
                                      " with name: " + problem.node_name +
                                      " and operator: " + problem.operation + " (parseNode): ";
  return where + "ERROR CODE " + std::to_string(problem.code) + ": " + problem.text;
}

// What the double has not: says so, and false.
bool Skipped(const char* method) {
  ParserLogError(std::string("The double of TensorRT's ONNX parser has no method ") + method);
  return false;
}

class Parser final : public IParser {
 public:
  explicit Parser(nvinfer1::INetworkDefinition& network) : network_(network) { CountParser(1); }
  ~Parser() noexcept override { CountParser(-1); }

  bool parse(void const* model, size_t size, const char* path) noexcept override {
    if (ParserMustFail("parse")) return add({2, "a failure that a test asked for", -1, "", ""});
    // `path` is the model's own, or its folder.
    std::filesystem::path folder(path != nullptr ? path : ".");
    if (!std::filesystem::is_directory(folder)) folder = folder.parent_path();
    return define({static_cast<const char*>(model), size}, folder.string());
  }

  bool parseFromFile(const char* file, int) noexcept override {
    if (ParserMustFail("parseFromFile")) {
      return add({2, "a failure that a test asked for", -1, "", ""});
    }
    std::ifstream stream(file, std::ios::binary);
    if (!stream) return add({3, std::string("Failed to open file: ") + file, -1, "", ""});
    return define({std::istreambuf_iterator<char>(stream), {}},
                  std::filesystem::path(file).parent_path().string());
  }

  bool supportsModel(void const*, size_t, SubGraphCollection_t&, const char*) noexcept override {
    return Skipped("supportsModel");
  }
  bool parseWithWeightDescriptors(void const*, size_t) noexcept override {
    return Skipped("parseWithWeightDescriptors");
  }
  bool supportsOperator(const char* operation) const noexcept override {
    return IsSupportedOperation(operation);
  }
  int getNbErrors() const noexcept override { return static_cast<int>(errors_.size()); }
  IParserError const* getError(int index) const noexcept override {
    const bool exists = index >= 0 && index < getNbErrors();
    return exists ? errors_[static_cast<size_t>(index)].get() : nullptr;
  }
  void clearErrors() noexcept override { errors_.clear(); }
  char const* const* getUsedVCPluginLibraries(int64_t& count) const noexcept override {
    count = 0;
    return nullptr;
  }
  void setFlags(OnnxParserFlags flags) noexcept override { flags_ = flags; }
  OnnxParserFlags getFlags() const noexcept override { return flags_; }
  void clearFlag(OnnxParserFlag flag) noexcept override { flags_ &= ~Bit(flag); }
  void setFlag(OnnxParserFlag flag) noexcept override { flags_ |= Bit(flag); }
  bool getFlag(OnnxParserFlag flag) const noexcept override { return (flags_ & Bit(flag)) != 0; }
  nvinfer1::ITensor const* getLayerOutputTensor(char const*, int64_t) noexcept override {
    return Skipped("getLayerOutputTensor"), nullptr;
  }
  bool supportsModelV2(void const*, size_t, char const*) noexcept override {
    return Skipped("supportsModelV2");
  }
  int64_t getNbSubgraphs() noexcept override { return 0; }
  bool isSubgraphSupported(int64_t const) noexcept override { return false; }
  int64_t* getSubgraphNodes(int64_t const, int64_t&) noexcept override { return nullptr; }
  bool loadModelProto(void const*, size_t, char const*) noexcept override {
    return Skipped("loadModelProto");
  }
  bool loadInitializer(char const*, void const*, size_t) noexcept override {
    return Skipped("loadInitializer");
  }
  bool parseModelProto() noexcept override { return Skipped("parseModelProto"); }
  bool setBuilderConfig(const nvinfer1::IBuilderConfig* const) noexcept override { return true; }

 private:
  static OnnxParserFlags Bit(OnnxParserFlag flag) { return 1u << static_cast<uint32_t>(flag); }

  // False, for returning it.
  bool add(ParseProblem problem) {
    ParserLogError(TextOf(problem));
    errors_.push_back(std::make_unique<ParserError>(std::move(problem)));
    return false;
  }

  bool define(std::string model, const std::string& folder) {
    std::vector<ParseProblem> problems;
    if (DefineNetwork(network_, std::move(model), folder, &problems)) return true;
    for (ParseProblem& problem : problems) add(std::move(problem));
    return false;
  }

  nvinfer1::INetworkDefinition& network_;
  OnnxParserFlags flags_ = 0;
  std::vector<std::unique_ptr<ParserError>> errors_;
};

}  // namespace
}  // namespace deeplab::doubles::trt

extern "C" TENSORRTAPI void* createNvOnnxParser_INTERNAL(void* network, void*,
                                                         int version) noexcept {
  using namespace deeplab::doubles::trt;
  if (ParserMustFail("createNvOnnxParser")) return nullptr;
  if (version != NV_ONNX_PARSER_VERSION) return nullptr;
  return static_cast<nvonnxparser::IParser*>(
      new Parser(*static_cast<nvinfer1::INetworkDefinition*>(network)));
}

extern "C" TENSORRTAPI int getNvOnnxParserVersion() noexcept { return NV_ONNX_PARSER_VERSION; }
