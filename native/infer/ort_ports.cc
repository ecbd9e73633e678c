// Reads and checks the ends of a network.
#include "infer/ort_ports.h"

#include <limits>

namespace deeplab::infer {
namespace {

constexpr const char* kAllowedInput = "one float32 or float16 tensor [N, 3, H, W]";
constexpr const char* kAllowedOutput = "one float32 or float16 tensor [N, K, h, w]";
constexpr int64_t kMaxExtent = std::numeric_limits<int32_t>::max();

// Which end, and ONNX Runtime's three functions for it.
struct Side {
  const char* word;
  const char* allowed;
  OrtStatus*(DEEPLAB_ORT_CALL* count)(const OrtModelSession*, size_t*);
  OrtStatus*(DEEPLAB_ORT_CALL* name)(const OrtModelSession*, size_t, OrtAllocator*, char**);
  OrtStatus*(DEEPLAB_ORT_CALL* type)(const OrtModelSession*, size_t, OrtTypeInfo**);
};

// An end as the model describes it, whatever it is.
struct RawPort {
  std::string name;
  bool tensor = false;
  OrtShape shape;
};

void Require(const OrtApi& api, OrtStatus* status) {
  CheckOrt(api, status, ErrorCode::kBackendFailed, "describe the model");
}

std::string ReadName(const OrtApi& api, const Side& side, const OrtModelSession* session,
                     size_t index) {
  OrtAllocator* allocator = nullptr;  // the library's own, not to be released
  Require(api, api.GetAllocatorWithDefaultOptions(&allocator));
  char* text = nullptr;
  Require(api, side.name(session, index, allocator, &text));
  std::string name(text);
  Require(api, api.AllocatorFree(allocator, text));
  return name;
}

RawPort ReadPort(const OrtApi& api, const Side& side, const OrtModelSession* session,
                 size_t index) {
  RawPort port;
  port.name = ReadName(api, side, session, index);
  OrtTypeInfo* created = nullptr;
  Require(api, side.type(session, index, &created));
  const OrtOwned<OrtTypeInfo> type(created, api.ReleaseTypeInfo);
  int32_t kind = 0;
  Require(api, api.GetOnnxTypeFromTypeInfo(type.get(), &kind));
  port.tensor = kind == kOrtTypeTensor;
  if (!port.tensor) return port;
  const OrtTensorInfo* info = nullptr;  // lives in `type`
  Require(api, api.CastTypeInfoToTensorInfo(type.get(), &info));
  port.shape = ReadOrtShape(api, info);
  return port;
}

std::vector<RawPort> ReadSide(const OrtApi& api, const Side& side, const OrtModelSession* session) {
  size_t count = 0;
  Require(api, side.count(session, &count));
  std::vector<RawPort> ports;
  for (size_t i = 0; i < count; ++i) ports.push_back(ReadPort(api, side, session, i));
  return ports;
}

std::string DescribePort(const RawPort& port) {
  return "\"" + port.name + "\" " + (port.tensor ? DescribeShape(port.shape) : "(not a tensor)");
}

[[noreturn]] void Refuse(const Side& side, const std::vector<RawPort>& ports,
                         const std::string& path) {
  std::string found = ports.empty() ? "none" : std::to_string(ports.size()) + ": ";
  for (const RawPort& port : ports) {
    found += (&port == &ports.front() ? "" : ", ") + DescribePort(port);
  }
  const std::string field = std::string("model ") + side.word;
  throw Error(ErrorCode::kPackageWeightsInvalid,
              "The " + field + " does not fit: expected " + side.allowed + ", found " + found + ".",
              {{"path", path}, {"field", field}, {"found", found}, {"allowed", side.allowed}});
}

bool FromOrtElementType(int32_t element, DataType* type) noexcept {
  if (element != kOrtElementFloat && element != kOrtElementFloat16) return false;
  *type = element == kOrtElementFloat ? DataType::kFloat32 : DataType::kFloat16;
  return true;
}

// False unless the port is a tensor of four extents, each open or a positive 32-bit number.
bool ToSpec(const RawPort& port, TensorSpec* spec) {
  if (!port.tensor || !FromOrtElementType(port.shape.element, &spec->type)) return false;
  const std::vector<int64_t>& dims = port.shape.dims;
  if (dims.size() != 4) return false;
  for (const int64_t dim : dims) {
    if (dim == 0 || dim > kMaxExtent) return false;
  }
  spec->batch = dims[0] < 0 ? -1 : dims[0];
  spec->channels = dims[1] < 0 ? -1 : dims[1];
  spec->height = dims[2] < 0 ? -1 : dims[2];
  spec->width = dims[3] < 0 ? -1 : dims[3];
  return true;
}

bool IsOpen(int64_t extent) { return extent < 0; }

}  // namespace

OrtShape ReadOrtShape(const OrtApi& api, const OrtTensorInfo* info) {
  OrtShape shape;
  Require(api, api.GetTensorElementType(info, &shape.element));
  size_t rank = 0;
  Require(api, api.GetDimensionsCount(info, &rank));
  shape.dims.resize(rank);
  Require(api, api.GetDimensions(info, shape.dims.data(), rank));
  return shape;
}

std::string DescribeShape(const OrtShape& shape) {
  // ONNX's numbering of element types.
  static const char* const kNames[] = {"undefined",  "float32", "uint8",  "int8",   "uint16",
                                       "int16",      "int32",   "int64",  "string", "bool",
                                       "float16",    "float64", "uint32", "uint64", "complex64",
                                       "complex128", "bfloat16"};
  constexpr int32_t kCount = sizeof(kNames) / sizeof(kNames[0]);
  std::string text = shape.element >= 0 && shape.element < kCount
                         ? kNames[shape.element]
                         : "element type " + std::to_string(shape.element);
  text += " [";
  for (size_t i = 0; i < shape.dims.size(); ++i) {
    if (i > 0) text += ", ";
    text += shape.dims[i] < 0 ? "?" : std::to_string(shape.dims[i]);
  }
  return text + "]";
}

int32_t OrtElementType(DataType type) noexcept {
  return type == DataType::kFloat32 ? kOrtElementFloat : kOrtElementFloat16;
}

OrtPorts ReadOrtPorts(const OrtApi& api, const OrtModelSession* session, const std::string& path) {
  const Side input_side{"input", kAllowedInput, api.SessionGetInputCount, api.SessionGetInputName,
                        api.SessionGetInputTypeInfo};
  const Side output_side{"output", kAllowedOutput, api.SessionGetOutputCount,
                         api.SessionGetOutputName, api.SessionGetOutputTypeInfo};
  const std::vector<RawPort> inputs = ReadSide(api, input_side, session);
  const std::vector<RawPort> outputs = ReadSide(api, output_side, session);
  OrtPorts ports;
  TensorSpec& input = ports.input.spec;
  TensorSpec& output = ports.output.spec;
  const bool three = inputs.size() == 1 && ToSpec(inputs[0], &input) &&
                     (IsOpen(input.channels) || input.channels == 3);
  if (!three) Refuse(input_side, inputs, path);
  const bool one_batch =
      outputs.size() == 1 && ToSpec(outputs[0], &output) &&
      (IsOpen(input.batch) || IsOpen(output.batch) || input.batch == output.batch);
  if (!one_batch) Refuse(output_side, outputs, path);
  ports.input.name = inputs[0].name;
  ports.output.name = outputs[0].name;
  return ports;
}

}  // namespace deeplab::infer
