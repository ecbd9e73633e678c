// Opens ONNX Runtime by the product's declarations of its C interface, and by two more slots.
#include "onnx_session.h"

#include <dlfcn.h>

#include <functional>
#include <stdexcept>

#include "infer/ort_api.h"
#include "state.h"

namespace deeplab::doubles::trt {
namespace {

using namespace deeplab::infer;

template <typename Object>
using Owned = std::unique_ptr<Object, void (*)(Object*)>;

// Errors reach whoever called; what ONNX Runtime would print is not wanted.
void DropLine(void*, int32_t, const char*, const char*, const char*, const char*) {}

class Ort {
 public:
  explicit Ort(const std::string& path) {
    void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) throw std::runtime_error(std::string("ONNX Runtime: ") + dlerror());
    const auto base = reinterpret_cast<const OrtApiBase* (*)()>(dlsym(library, "OrtGetApiBase"));
    if (base == nullptr) throw std::runtime_error(path + " is not ONNX Runtime");
    const void* const table = base()->GetApi(kOrtApiVersion);
    api = BindOrtApi(table);
    get_symbols = reinterpret_cast<decltype(get_symbols)>(static_cast<void* const*>(table)[63]);
    check(api.CreateEnvWithCustomLogger(&DropLine, nullptr, kOrtLogError, "tensorrt-double", &env));
  }

  void check(OrtStatus* status) const {
    if (status == nullptr) return;
    std::string message = api.GetErrorMessage(status);
    api.ReleaseStatus(status);
    throw std::runtime_error(message);
  }

  OrtApi api;
  OrtStatus* (*get_symbols)(const OrtTensorInfo*, const char**, size_t) = nullptr;
  OrtEnv* env = nullptr;
};

// One for the process: the first path counts.
const Ort& TheOrt() {
  const std::string path = CurrentSettings().onnxruntime;
  if (path.empty()) {
    throw std::runtime_error(
        "DEEPLAB_DOUBLE_TRT_ONNXRUNTIME names no ONNX Runtime to compute with");
  }
  static const auto* const ort = new Ort(path);  // outlives every thread
  return *ort;
}

Owned<OrtSessionOptions> Options(const Ort& ort, Effort effort) {
  const OrtApi& api = ort.api;
  OrtSessionOptions* created = nullptr;
  ort.check(api.CreateSessionOptions(&created));
  Owned<OrtSessionOptions> options(created, api.ReleaseSessionOptions);
  ort.check(api.SetUserLoggingFunction(created, &DropLine, nullptr));
  ort.check(api.SetSessionLogSeverityLevel(created, kOrtLogError));
  ort.check(api.SetIntraOpNumThreads(created, CurrentSettings().threads));
  ort.check(api.AddSessionConfigEntry(created, "session.intra_op.allow_spinning", "1"));
  ort.check(api.AddSessionConfigEntry(created, "session.force_spinning_stop", "1"));
  ort.check(api.AddSessionConfigEntry(created, "session.set_denormal_as_zero", "0"));
  constexpr int32_t kNothing = 0, kEverything = 99;
  ort.check(api.SetSessionGraphOptimizationLevel(created,
                                                 effort == Effort::kRun ? kEverything : kNothing));
  return options;
}

using CountFunction = decltype(OrtApi::SessionGetInputCount);
using NameFunction = decltype(OrtApi::SessionGetInputName);
using TypeFunction = decltype(OrtApi::SessionGetInputTypeInfo);

void ReadShape(const Ort& ort, const OrtTensorInfo* info, OnnxPort* port) {
  const OrtApi& api = ort.api;
  ort.check(api.GetTensorElementType(info, &port->element));
  size_t rank = 0;
  ort.check(api.GetDimensionsCount(info, &rank));
  port->dims.resize(rank);
  ort.check(api.GetDimensions(info, port->dims.data(), rank));
  std::vector<const char*> symbols(rank);
  ort.check(ort.get_symbols(info, symbols.data(), rank));
  port->symbols.assign(symbols.begin(), symbols.end());
}

OnnxPort ReadPort(const Ort& ort, OrtModelSession* session, size_t index, NameFunction name_of,
                  TypeFunction type_of) {
  const OrtApi& api = ort.api;
  OrtAllocator* allocator = nullptr;
  ort.check(api.GetAllocatorWithDefaultOptions(&allocator));
  char* name = nullptr;
  ort.check(name_of(session, index, allocator, &name));
  OnnxPort port;
  port.name = name;
  ort.check(api.AllocatorFree(allocator, name));
  OrtTypeInfo* created = nullptr;
  ort.check(type_of(session, index, &created));
  const Owned<OrtTypeInfo> type(created, api.ReleaseTypeInfo);
  int32_t kind = 0;
  ort.check(api.GetOnnxTypeFromTypeInfo(created, &kind));
  port.is_tensor = kind == kOrtTypeTensor;
  if (!port.is_tensor) return port;
  const OrtTensorInfo* info = nullptr;
  ort.check(api.CastTypeInfoToTensorInfo(created, &info));
  ReadShape(ort, info, &port);
  return port;
}

std::vector<OnnxPort> ReadPorts(const Ort& ort, OrtModelSession* session, CountFunction count_of,
                                NameFunction name_of, TypeFunction type_of) {
  size_t count = 0;
  ort.check(count_of(session, &count));
  std::vector<OnnxPort> ports;
  for (size_t i = 0; i < count; ++i) {
    ports.push_back(ReadPort(ort, session, i, name_of, type_of));
  }
  return ports;
}

Owned<OrtMemoryInfo> CpuMemory(const Ort& ort) {
  OrtMemoryInfo* created = nullptr;
  ort.check(ort.api.CreateCpuMemoryInfo(kOrtDeviceAllocator, kOrtMemoryDefault, &created));
  return {created, ort.api.ReleaseMemoryInfo};
}

// What one run reads and writes.
class Binding {
 public:
  Binding(const Ort& ort, OrtModelSession* session)
      : ort_(ort), memory_(CpuMemory(ort)), binding_(nullptr, ort.api.ReleaseIoBinding) {
    OrtIoBinding* created = nullptr;
    ort.check(ort.api.CreateIoBinding(session, &created));
    binding_.reset(created);
  }

  void input(const OnnxTensor& tensor) {
    ort_.check(ort_.api.BindInput(binding_.get(), tensor.port->name.c_str(), value(tensor)));
  }
  void output(const OnnxTensor& tensor) {
    ort_.check(ort_.api.BindOutput(binding_.get(), tensor.port->name.c_str(), value(tensor)));
  }
  void output_anywhere(const OnnxPort& port) {
    ort_.check(ort_.api.BindOutputToDevice(binding_.get(), port.name.c_str(), memory_.get()));
  }
  const OrtIoBinding* get() const noexcept { return binding_.get(); }

 private:
  const OrtValue* value(const OnnxTensor& tensor) {
    OrtValue* made = nullptr;
    ort_.check(ort_.api.CreateTensorWithDataAsOrtValue(memory_.get(), tensor.data, tensor.bytes,
                                                       tensor.dims.data(), tensor.dims.size(),
                                                       tensor.port->element, &made));
    values_.emplace_back(made, ort_.api.ReleaseValue);
    return made;
  }

  const Ort& ort_;
  const Owned<OrtMemoryInfo> memory_;
  Owned<OrtIoBinding> binding_;
  std::vector<Owned<OrtValue>> values_;
};

std::vector<int64_t> ShapeOf(const Ort& ort, const OrtValue* value) {
  OrtTensorInfo* created = nullptr;
  ort.check(ort.api.GetTensorTypeAndShape(value, &created));
  const Owned<OrtTensorInfo> info(created, ort.api.ReleaseTensorTypeAndShapeInfo);
  size_t rank = 0;
  ort.check(ort.api.GetDimensionsCount(created, &rank));
  std::vector<int64_t> dims(rank);
  ort.check(ort.api.GetDimensions(created, dims.data(), rank));
  return dims;
}

std::vector<std::vector<int64_t>> TakeShapes(const Ort& ort, const OrtIoBinding* binding) {
  OrtAllocator* allocator = nullptr;
  ort.check(ort.api.GetAllocatorWithDefaultOptions(&allocator));
  OrtValue** values = nullptr;
  size_t count = 0;
  ort.check(ort.api.GetBoundOutputValues(binding, allocator, &values, &count));
  std::vector<std::vector<int64_t>> shapes;
  for (size_t i = 0; i < count; ++i) {
    shapes.push_back(ShapeOf(ort, values[i]));
    ort.api.ReleaseValue(values[i]);
  }
  ort.check(ort.api.AllocatorFree(allocator, values));
  return shapes;
}

size_t CountOf(const std::vector<int64_t>& dims) {
  size_t count = 1;
  for (const int64_t dim : dims) count *= static_cast<size_t>(dim);
  return count;
}

}  // namespace

struct OnnxSession::Parts {
  const Ort& ort = TheOrt();
  Owned<OrtModelSession> session{nullptr, ort.api.ReleaseSession};
  std::vector<OnnxPort> inputs, outputs;
};

OnnxSession::OnnxSession(const std::string& model, Effort effort)
    : parts_(std::make_unique<Parts>()) {
  const Ort& ort = parts_->ort;
  const OrtApi& api = ort.api;
  OrtModelSession* created = nullptr;
  ort.check(api.CreateSessionFromArray(ort.env, model.data(), model.size(),
                                       Options(ort, effort).get(), &created));
  parts_->session.reset(created);
  parts_->inputs = ReadPorts(ort, created, api.SessionGetInputCount, api.SessionGetInputName,
                             api.SessionGetInputTypeInfo);
  parts_->outputs = ReadPorts(ort, created, api.SessionGetOutputCount, api.SessionGetOutputName,
                              api.SessionGetOutputTypeInfo);
}

OnnxSession::~OnnxSession() = default;

const std::vector<OnnxPort>& OnnxSession::inputs() const noexcept { return parts_->inputs; }
const std::vector<OnnxPort>& OnnxSession::outputs() const noexcept { return parts_->outputs; }

void OnnxSession::run(const std::vector<OnnxTensor>& inputs,
                      const std::vector<OnnxTensor>& outputs) const {
  const Ort& ort = parts_->ort;
  Binding binding(ort, parts_->session.get());
  for (const OnnxTensor& tensor : inputs) binding.input(tensor);
  for (const OnnxTensor& tensor : outputs) binding.output(tensor);
  ort.check(ort.api.RunWithBinding(parts_->session.get(), nullptr, binding.get()));
}

std::vector<std::vector<int64_t>> OnnxSession::try_shapes(
    const std::vector<std::vector<int64_t>>& inputs) const {
  const Ort& ort = parts_->ort;
  Binding binding(ort, parts_->session.get());
  std::vector<std::vector<uint64_t>> memory;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const OnnxPort& port = parts_->inputs[i];
    const size_t bytes = CountOf(inputs[i]) * OnnxElementSize(port.element);
    memory.emplace_back(bytes / 8 + 1);
    binding.input({&port, inputs[i], memory.back().data(), bytes});
  }
  for (const OnnxPort& port : parts_->outputs) binding.output_anywhere(port);
  ort.check(ort.api.RunWithBinding(parts_->session.get(), nullptr, binding.get()));
  return TakeShapes(ort, binding.get());
}

size_t OnnxElementSize(int32_t element) {
  // float32, uint8, int8, uint16, int16, int32, int64, string, bool, float16, float64
  static constexpr size_t kSizes[] = {0, 4, 1, 1, 0, 0, 4, 8, 0, 1, 2, 0};
  return element >= 0 && element < static_cast<int32_t>(sizeof kSizes / sizeof kSizes[0])
             ? kSizes[element]
             : 0;
}

}  // namespace deeplab::doubles::trt
