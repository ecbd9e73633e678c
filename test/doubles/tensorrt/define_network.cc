#include "define_network.h"

#include <optional>
#include <stdexcept>

#include "log.h"
#include "network.h"
#include "onnx_session.h"
#include "state.h"

namespace deeplab::doubles::trt {
namespace {

// Of nvonnxparser::ErrorCode, whose header only the parser includes.
constexpr int kDeserializeFailed = 3;
constexpr int kInvalidGraph = 5;
constexpr int kUnsupportedNode = 8;
constexpr int kUnsupportedType = 11;

std::optional<DataType> TypeOf(int32_t element) {
  switch (element) {  // ONNX's numbers
    case 1:
      return DataType::kFLOAT;
    case 2:
      return DataType::kUINT8;
    case 3:
      return DataType::kINT8;
    case 6:
      return DataType::kINT32;
    case 7:
      return DataType::kINT64;
    case 9:
      return DataType::kBOOL;
    case 10:
      return DataType::kHALF;
    default:
      return std::nullopt;
  }
}

void AddUnsupported(const std::vector<OnnxNode>& nodes, std::vector<ParseProblem>* problems) {
  for (size_t i = 0; i < nodes.size(); ++i) {
    const OnnxNode& node = nodes[i];
    if (IsSupportedOperation(node.operation)) continue;
    problems->push_back({kUnsupportedNode, "No importer registered for op: " + node.operation + ".",
                         static_cast<int>(i), node.name, node.operation});
  }
}

std::vector<Tensor> TensorsOf(const OnnxSession& session, std::vector<ParseProblem>* problems) {
  std::vector<Tensor> tensors;
  for (const bool is_input : {true, false}) {
    for (const OnnxPort& port : is_input ? session.inputs() : session.outputs()) {
      const std::optional<DataType> type = port.is_tensor && port.dims.size() <= Dims::MAX_DIMS
                                               ? TypeOf(port.element)
                                               : std::nullopt;
      if (!type) {
        problems->push_back({kUnsupportedType,
                             "Unsupported type of tensor " + port.name + ": TensorRT has none such",
                             -1, "", ""});
        continue;
      }
      Tensor tensor;
      tensor.name = port.name;
      tensor.is_input = is_input;
      tensor.type = tensor.network_type = *type;
      tensor.dims.nbDims = static_cast<int32_t>(port.dims.size());
      std::copy(port.dims.begin(), port.dims.end(), tensor.dims.d);
      tensors.push_back(tensor);
    }
  }
  return tensors;
}

}  // namespace

bool DefineNetwork(INetworkDefinition& network, std::string model, const std::string& folder,
                   std::vector<ParseProblem>* problems) {
  int code = kDeserializeFailed;
  try {
    std::vector<OnnxNode> nodes = NodesOf(model);
    if (nodes.empty()) throw std::runtime_error("Failed to parse ONNX model: it has no nodes");
    AddUnsupported(nodes, problems);
    if (!problems->empty()) return false;
    std::string complete = WithoutExternalData(model, folder);
    code = kInvalidGraph;
    const OnnxSession session(complete, Effort::kDescribe);
    std::vector<Tensor> tensors = TensorsOf(session, problems);
    if (!problems->empty()) return false;
    ImplementationOf(network).define(std::move(complete), std::move(nodes), std::move(tensors));
    return true;
  } catch (const std::exception& error) {
    problems->push_back({code, error.what(), -1, "", ""});
    return false;
  }
}

bool ParserMustFail(const char* method) { return MustFail(method); }

void ParserLogError(const std::string& text) { Log(ILogger::Severity::kERROR, text); }

bool IsSupportedOperation(const std::string& operation) {
  return CurrentSettings().unsupported.count(operation) == 0;
}

void CountParser(int by) {
  const Lock lock(TheState().mutex);
  TheState().alive["parser"] += by;
}

}  // namespace deeplab::doubles::trt
