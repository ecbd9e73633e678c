#include "infer/trt_network.h"

#include <cstring>

#include "core/native_path.h"
#include "infer/trt_parser.h"

namespace deeplab::infer {
namespace {

constexpr int kMostShown = 3;        // errors of the parser in a message
constexpr int kNotDeserialized = 3;  // the parser's code for bytes that are no ONNX model

[[noreturn]] void Fail(const std::string& what, ErrorDetail detail = {}) {
  throw Error(ErrorCode::kEngineBuildFailed, what, std::move(detail));
}

std::vector<uint8_t> ReadModel(const EngineBuildRequest& request) {
  if (!request.model_parts.empty()) return ReadWeights(request.model_path, request.model_parts);
  std::error_code failed;
  const auto size = std::filesystem::file_size(PathFromUtf8(request.model_path), failed);
  if (failed) {
    Fail(request.model_path + " cannot be read: " + failed.message() + ".",
         {{"path", request.model_path}});
  }
  return ReadWeights(request.model_path, {{0, size, {}}});
}

std::string Text(const char* text) { return text != nullptr ? text : ""; }

// "In node 3 (resize, Resize): unsupported mode"
std::string ErrorText(const trt::IParserError& error) {
  const std::string operation = Text(error.nodeOperator());
  std::string where;
  if (error.node() >= 0 && !operation.empty()) {
    where = "node " + std::to_string(error.node()) + " (" + operation + " " +
            Text(error.nodeName()) + "): ";
  }
  const std::string what = Text(error.desc());
  return where + (what.empty() ? "error " + std::to_string(error.code()) : what);
}

[[noreturn]] void RefuseModel(const trt::IParser& parser, const std::string& path) {
  std::string text;
  const int count = parser.getNbErrors();
  for (int i = 0; i < count && i < kMostShown; ++i) {
    const trt::IParserError* const error = parser.getError(i);
    if (error != nullptr) text += (text.empty() ? "" : "; ") + ErrorText(*error);
  }
  if (count > kMostShown) text += "; and " + std::to_string(count - kMostShown) + " more";
  const std::string message = "TensorRT's parser does not understand " + path + ": " +
                              (text.empty() ? "it gave no reason" : text) + ".";
  const bool is_no_model = count > 0 && parser.getError(0)->code() == kNotDeserialized;
  throw Error(is_no_model ? ErrorCode::kPackageWeightsInvalid : ErrorCode::kEngineBuildFailed,
              message, {{"path", path}, {"reason", text}});
}

void RequireImageNetwork(const TrtNetwork& network, const std::string& path) {
  const auto& definition = *network.definition;
  const int inputs = definition->getNbInputs();
  const int outputs = definition->getNbOutputs();
  if (inputs != 1 || outputs != 1) {
    Fail("Expected " + path + " to have one input and one output, but it has " +
         std::to_string(inputs) + " and " + std::to_string(outputs) + ".");
  }
  const trt::Dims dims = network.input()->getDimensions();
  if (dims.rank == 4 && dims.size[1] >= 1) return;
  Fail("Expected the input of " + path + " to be [batch, channels, height, width], but it is " +
       ShapeText(dims) + ".");
}

const char* const kSteps[] = {"least", "best", "most"};

// The shape that the request says for one of the profile's three, where the network leaves it open.
trt::Dims ShapeFor(const trt::Dims& open, const EngineBuildRequest& request, int which) {
  trt::Dims shape = open;
  const ImageSize& size = request.size[which];
  if (shape.size[0] < 0) shape.size[0] = request.batch[which];
  if (shape.size[2] < 0) shape.size[2] = size.height;
  if (shape.size[3] < 0) shape.size[3] = size.width;
  if (shape.size[2] > 0 && shape.size[3] > 0) return shape;
  throw Error(ErrorCode::kOptionInvalid,
              "The network takes pictures of any size, and the package states none: an engine "
              "needs to know its " +
                  std::string(kSteps[which]) + " height and width (maxSize). Its input is " +
                  ShapeText(open) + ".",
              {{"found", ShapeText(open)}});
}

}  // namespace

std::string ShapeText(const trt::Dims& dims) {
  std::string text = "[";
  for (int i = 0; i < dims.rank; ++i) text += (i > 0 ? ", " : "") + std::to_string(dims.size[i]);
  return text + "]";
}

TrtNetwork ReadTrtNetwork(const TrtLibrary& library, const trt::IBuilder& builder,
                          const EngineBuildRequest& request) {
  const TrtParserLibrary& parsers = OpenTrtParser(library);
  TrtNetwork network;
  network.model = ReadModel(request);
  const uint32_t flags = 1u << static_cast<int>(trt::NetworkFlag::kExplicitBatch);
  network.definition.reset(builder->createNetworkV2(flags));
  if (network.definition == nullptr) Fail("TensorRT could not make an empty network.");
  network.parser = parsers.new_parser(*network.definition, library.log());
  const std::string& path = request.model_path;
  if (!network.parser->parse(network.model.data(), network.model.size(), path.c_str())) {
    RefuseModel(*network.parser, path);
  }
  RequireImageNetwork(network, path);
  return network;
}

void AddProfile(const trt::IBuilder& builder, const trt::IBuilderConfig& config,
                const TrtNetwork& network, const EngineBuildRequest& request) {
  const trt::Dims open = network.input()->getDimensions();
  bool is_fixed = true;
  for (int i = 0; i < open.rank; ++i) is_fixed = is_fixed && open.size[i] > 0;
  if (is_fixed) return;
  trt::IOptimizationProfile* const profile = builder->createOptimizationProfile();  // the builder's
  if (profile == nullptr) Fail("TensorRT could not make an optimization profile.");
  const char* const name = network.input()->getName();
  constexpr trt::OptProfileSelector kSelectors[] = {
      trt::OptProfileSelector::kMin, trt::OptProfileSelector::kOpt, trt::OptProfileSelector::kMax};
  for (int i = 0; i < 3; ++i) {
    const trt::Dims shape = ShapeFor(open, request, i);
    if (!(*profile)->setDimensions(name, kSelectors[i], shape)) {
      Fail("TensorRT refuses the input " + ShapeText(shape) + " as the " + kSteps[i] +
           " of this network, whose input is " + ShapeText(open) + ".");
    }
  }
  if (!(*profile)->isValid() || config->addOptimizationProfile(profile) < 0) {
    Fail("TensorRT refuses the range of sizes of this network's input " + ShapeText(open) + ".");
  }
}

}  // namespace deeplab::infer
