// Binding, running, and learning the output's shape.
//
// ONNX Runtime writes straight into our memory once the output's shape is known: from the model
// itself, or from the first run of an input shape, whose output ONNX Runtime allocates. A run that
// fails with our memory bound is repeated once with the library's, because the shape that we knew
// may be wrong: a model may declare a false one, or its output's size may depend on its input's
// values.
#include "infer/ort_binding.h"

#include <limits>
#include <string>

#include "infer/ort_ports.h"
#include "infer/ort_status.h"

namespace deeplab::infer {
namespace {

constexpr int64_t kColours = 3;

OrtOwned<OrtIoBinding> NewBinding(const OrtApi& api, OrtModelSession* session) {
  OrtIoBinding* created = nullptr;
  CheckOrt(api, api.CreateIoBinding(session, &created), ErrorCode::kBackendFailed,
           "create an input and output binding");
  return {created, api.ReleaseIoBinding};
}

// Bytes of `batch` images; throws where they cannot be addressed.
size_t BatchBytes(int batch, const PlaneShape& planes, DataType type) {
  const double bytes = static_cast<double>(batch) * static_cast<double>(planes.channels) *
                       static_cast<double>(planes.height) * static_cast<double>(planes.width) *
                       static_cast<double>(ByteSize(type));
  if (bytes > static_cast<double>(std::numeric_limits<ptrdiff_t>::max() / 2)) {
    throw Error(ErrorCode::kOutOfMemory, "A tensor of this size cannot be addressed.",
                {{"bytes", std::to_string(bytes)}});
  }
  return static_cast<size_t>(batch) * planes.elements() * ByteSize(type);
}

std::string Extent(int64_t extent) { return extent > 0 ? std::to_string(extent) : "any"; }

// "[1..8, 3, any, any]"
std::string DescribeExpected(const TensorSpec& input, const BatchLimits& limits) {
  const std::string batch =
      limits.min_batch == limits.max_batch
          ? std::to_string(limits.max_batch)
          : std::to_string(limits.min_batch) + ".." + std::to_string(limits.max_batch);
  return "[" + batch + ", 3, " + Extent(input.height) + ", " + Extent(input.width) + "]";
}

bool Fits(int64_t extent, int value) { return value > 0 && (extent < 0 || extent == value); }

}  // namespace

OrtBinding::OrtBinding(const Model& model, OrtMemory& memory)
    : model_(model),
      api_(model.api),
      info_(model.info),
      memory_(memory),
      input_value_(nullptr, api_.ReleaseValue),
      output_value_(nullptr, api_.ReleaseValue),
      library_value_(nullptr, api_.ReleaseValue),
      binding_(NewBinding(api_, model.session)) {}

void* OrtBinding::prepare(int batch, int height, int width) {
  const InputShape shape{batch, height, width};
  if (shape != prepared_) {
    check_input(shape);
    prepared_ = {0, 0, 0};  // until all is bound
    wrap_input(shape);
    if (!memory_.is_written_late()) bind_input();
    bind_output(shape);
    prepared_ = shape;
  } else if (place_ == OutputPlace::kLibrary) {
    bind_output(shape);  // a run may have taught us what fits
  }
  return input_;
}

void OrtBinding::check_input(const InputShape& shape) const {
  const auto [batch, height, width] = shape;
  if (batch >= model_.limits.min_batch && batch <= model_.limits.max_batch &&
      Fits(info_.input.height, height) && Fits(info_.input.width, width)) {
    return;
  }
  const std::string expected = DescribeExpected(info_.input, model_.limits);
  const std::string found = "[" + std::to_string(batch) + ", 3, " + std::to_string(height) + ", " +
                            std::to_string(width) + "]";
  throw Error(ErrorCode::kPackageInputMismatch,
              "The model takes an input of " + expected + " but was to be given " + found + ".",
              {{"expected", expected}, {"found", found}, {"input", info_.input_name}});
}

void OrtBinding::wrap_input(const InputShape& shape) {
  const auto [batch, height, width] = shape;
  const PlaneShape planes{kColours, height, width};
  const size_t bytes = BatchBytes(batch, planes, info_.input.type);
  input_ = memory_.input(bytes);
  input_value_ = wrap(input_, bytes, info_.input.type, batch, planes);
}

void OrtBinding::bind_input() {
  OrtStatus* status = api_.BindInput(binding_.get(), info_.input_name.c_str(), input_value_.get());
  if (status == nullptr) return;
  const std::string message = TakeMessage(api_, status);
  memory_.explain_failure(message);
  throw Error(ErrorCode::kBackendFailed, "ONNX Runtime could not bind the input: " + message,
              {{"onnxruntime", message}});
}

void OrtBinding::bind_output(const InputShape& shape) {
  const std::optional<PlaneShape> planes = known_output(shape);
  place_ = OutputPlace::kLibrary;  // run() binds that itself
  if (!planes) return;
  const int batch = shape[0];
  const size_t bytes = BatchBytes(batch, *planes, info_.output.type);
  library_value_.reset();
  void* const output = memory_.output(bytes);
  output_value_ = wrap(output, bytes, info_.output.type, batch, *planes);
  CheckOrt(api_, api_.BindOutput(binding_.get(), info_.output_name.c_str(), output_value_.get()),
           ErrorCode::kBackendFailed, "bind the output");
  point_planes_at(output, *planes, batch);
  place_ = OutputPlace::kOwn;
}

// Anew for every such run: a result that is still bound would be taken as memory for the next.
void OrtBinding::bind_output_to_library() {
  place_ = OutputPlace::kLibrary;
  library_value_.reset();
  CheckOrt(api_,
           api_.BindOutputToDevice(binding_.get(), info_.output_name.c_str(), memory_.place()),
           ErrorCode::kBackendFailed, "leave the output's memory to itself");
}

const std::vector<ConstPlanes>& OrtBinding::run() {
  if (prepared_[0] == 0) {
    throw Error(ErrorCode::kInternal, "run() needs a prepare() that succeeded before it.");
  }
  if (memory_.is_written_late()) bind_input();
  std::string message;
  if (place_ == OutputPlace::kOwn && try_run(&message)) return planes_;
  bind_output_to_library();
  if (!try_run(&message)) {
    throw Error(ErrorCode::kBackendFailed, "ONNX Runtime could not run the model: " + message,
                {{"onnxruntime", message}, {"library", info_.library_version}});
  }
  fetch_output();
  return planes_;
}

bool OrtBinding::try_run(std::string* message) {
  OrtStatus* status = api_.RunWithBinding(model_.session, model_.run_options, binding_.get());
  if (status == nullptr) return true;
  *message = TakeMessage(api_, status);
  memory_.explain_failure(*message);
  return false;
}

void OrtBinding::fetch_output() {
  OrtAllocator* allocator = nullptr;  // the library's own, not to be released
  CheckOrt(api_, api_.GetAllocatorWithDefaultOptions(&allocator), ErrorCode::kBackendFailed,
           "name its allocator");
  OrtValue** values = nullptr;
  size_t count = 0;
  CheckOrt(api_, api_.GetBoundOutputValues(binding_.get(), allocator, &values, &count),
           ErrorCode::kBackendFailed, "hand out the output");
  if (count > 0) library_value_.reset(values[0]);
  for (size_t i = 1; i < count; ++i) api_.ReleaseValue(values[i]);
  if (values != nullptr) {
    CheckOrt(api_, api_.AllocatorFree(allocator, values), ErrorCode::kInternal, "free a list");
  }
  if (library_value_ == nullptr) {
    throw Error(ErrorCode::kBackendFailed, "ONNX Runtime ran the model but gave no output.");
  }
  const PlaneShape planes = check_output(library_value_.get());
  void* data = nullptr;
  CheckOrt(api_, api_.GetTensorMutableData(library_value_.get(), &data), ErrorCode::kBackendFailed,
           "hand out the output's memory");
  remember(planes);
  point_planes_at(data, planes, prepared_[0]);
}

PlaneShape OrtBinding::check_output(const OrtValue* value) const {
  OrtTensorInfo* created = nullptr;
  CheckOrt(api_, api_.GetTensorTypeAndShape(value, &created), ErrorCode::kBackendFailed,
           "describe the output");
  const OrtOwned<OrtTensorInfo> owned(created, api_.ReleaseTensorTypeAndShapeInfo);
  const OrtShape shape = ReadOrtShape(api_, owned.get());
  const std::vector<int64_t>& dims = shape.dims;
  const int64_t batch = prepared_[0];
  // K is what the pipeline's tables are made for; a session whose K is open is refused there.
  const bool same_channels =
      info_.output.channels < 1 || dims.size() != 4 || dims[1] == info_.output.channels;
  if (same_channels && shape.element == OrtElementType(info_.output.type) && dims.size() == 4 &&
      dims[0] == batch && dims[1] > 0 && dims[2] > 0 && dims[3] > 0) {
    return {dims[1], dims[2], dims[3]};
  }
  const std::string allowed =
      std::string(Name(info_.output.type)) + " [" + std::to_string(batch) + ", " +
      (info_.output.channels < 1 ? "K" : std::to_string(info_.output.channels)) + ", h, w]";
  const std::string found = DescribeShape(shape);
  throw Error(
      ErrorCode::kPackageWeightsInvalid,
      "The model gave an output that does not fit: expected " + allowed + ", found " + found + ".",
      {{"found", found}, {"allowed", allowed}, {"output", info_.output_name}});
}

void OrtBinding::remember(const PlaneShape& planes) {
  const auto known = known_.find(prepared_);
  if (known != known_.end() && known->second != planes) output_depends_on_values_ = true;
  if (known_.size() >= kMaxKnownShapes) known_.clear();
  known_[prepared_] = planes;
}

std::optional<PlaneShape> OrtBinding::known_output(const InputShape& shape) const {
  if (output_depends_on_values_) return std::nullopt;
  const auto known = known_.find(shape);
  if (known != known_.end()) return known->second;
  const TensorSpec& declared = info_.output;
  if (declared.channels < 0 || declared.height < 0 || declared.width < 0) return std::nullopt;
  return PlaneShape{declared.channels, declared.height, declared.width};
}

void OrtBinding::point_planes_at(const void* data, const PlaneShape& planes, int batch) {
  const size_t bytes = planes.elements() * ByteSize(info_.output.type);
  planes_.clear();
  for (int i = 0; i < batch; ++i) {
    const auto* image = static_cast<const uint8_t*>(data) + static_cast<size_t>(i) * bytes;
    planes_.push_back({image, info_.output.type, planes});
  }
}

// A tensor over our memory; ONNX Runtime neither copies nor frees it.
OrtOwned<OrtValue> OrtBinding::wrap(void* memory, size_t bytes, DataType type, int batch,
                                    const PlaneShape& planes) const {
  const std::array<int64_t, 4> dims{batch, planes.channels, planes.height, planes.width};
  OrtValue* created = nullptr;
  CheckOrt(api_,
           api_.CreateTensorWithDataAsOrtValue(memory_.place(), memory, bytes, dims.data(),
                                               dims.size(), OrtElementType(type), &created),
           ErrorCode::kBackendFailed, "take a tensor in our memory");
  return {created, api_.ReleaseValue};
}

}  // namespace deeplab::infer
