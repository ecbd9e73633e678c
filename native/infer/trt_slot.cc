#include "infer/trt_slot.h"

#include <algorithm>
#include <utility>

#include "infer/trt_log.h"
#include "infer/trt_refusal.h"

namespace deeplab::infer {
namespace {

constexpr int64_t kColours = 3;

// As many as there are graphs at most.
constexpr size_t kRecordedShapes = 8;

std::string Text(const TrtRange& range) {
  return range.is_fixed() ? std::to_string(range.min)
                          : std::to_string(range.min) + ".." + std::to_string(range.max);
}

void* Pointer(const cuda::DeviceBuffer& buffer) {
  return reinterpret_cast<void*>(buffer.address());
}

}  // namespace

TrtSlot::TrtSlot(const TrtEngine& engine, const Exchange& exchange)
    : engine_(engine),
      exchange_(exchange),
      stream_(std::make_shared<cuda::Stream>(engine.memory()->device())),
      activations_(engine.memory(), stream_, "The network's activations"),
      input_(engine.memory(), stream_, "The network's input"),
      output_(engine.memory(), stream_, "The network's logits") {
  const cuda::Current current(*engine.memory()->device());
  try {
    contexts_.emplace_back();
    contexts_.back().context = make_context();
  } catch (...) {
    contexts_.clear();  // as long as the device's context is current
    throw;
  }
}

// A run whose request failed afterwards may still be on its way.
TrtSlot::~TrtSlot() {
  const cuda::Device& device = *engine_.memory()->device();
  const cuda::Current current(device.driver(), device.context());
  device.release(device.api().StreamSynchronize, stream_->handle());
  contexts_.clear();
}

std::unique_ptr<trt::IExecutionContext> TrtSlot::make_context() {
  auto context = engine_.new_context();
  const size_t bytes = engine_.context_bytes();
  if (bytes > 0) {
    activations_.grow(bytes);
    (*context)->setDeviceMemoryV2(Pointer(activations_), static_cast<int64_t>(bytes));
  }
  TrtErrorScope errors;
  if (!(*context)->setOptimizationProfileAsync(engine_.ports().profile, stream_->handle())) {
    fail("could not take an optimization profile", errors.text());
  }
  return context;
}

void TrtSlot::fail(const std::string& what, const std::string& log) const {
  // Throws where the device is lost, which is the better word. A stream that records is not asked:
  // it would be the question that fails.
  if (!stream_->is_capturing()) stream_->is_idle();
  const std::string reason = log.empty() ? "it gave no reason" : log;
  if (SaysOutOfMemory(log)) {
    throw cuda::DeviceFull(*engine_.memory()->device(), "TensorRT", RequestedBytes(log),
                           "it " + what + ": " + reason, {{"tensorrt", reason}});
  }
  throw Error(ErrorCode::kBackendFailed, "TensorRT " + what + ": " + reason,
              {{"tensorrt", reason}});
}

void* TrtSlot::prepare(int batch, int height, int width) {
  is_prepared_ = false;
  const Shape shape{batch, height, width};
  Context& context = context_for(shape);
  if (!(shape == context.shape)) {
    context.shape = {};
    check(shape);
    set_shape(shape, &context);
    context.output = output_planes(shape, *context.context);
    context.input = context.logits = nullptr;
  }
  const PlaneShape input{kColours, height, width};
  const TrtPorts& ports = engine_.ports();
  const auto images = static_cast<size_t>(batch);
  input_.grow(images * input.elements() * ByteSize(ports.input.type));
  output_.grow(images * context.output.elements() * ByteSize(ports.output.type));
  if (context.input != Pointer(input_) || context.logits != Pointer(output_)) {
    context.shape = {};
    set_addresses(&context);
    set_planes(images, &context);
    context.number = ++states_;
  }
  context.shape = shape;
  is_prepared_ = true;
  return Pointer(input_);
}

// The one that has this shape, else a new one, else the one that has not been used for longest.
TrtSlot::Context& TrtSlot::context_for(const Shape& shape) {
  const size_t most = exchange_.graphs ? kRecordedShapes : 1;
  const auto find = [&](const Shape& wanted) {
    return std::find_if(contexts_.begin(), contexts_.end(),
                        [&](const Context& context) { return context.shape == wanted; });
  };
  auto found = find(shape);
  if (found == contexts_.end()) found = find({});
  if (found == contexts_.end() && contexts_.size() < most) {
    Context context;
    context.context = make_context();
    found = contexts_.insert(contexts_.begin(), std::move(context));
  }
  if (found == contexts_.end()) --found;
  contexts_.splice(contexts_.begin(), contexts_, found);
  return contexts_.front();
}

void TrtSlot::check(const Shape& shape) const {
  const TrtPorts& ports = engine_.ports();
  if (ports.batch.contains(shape.batch) && ports.height.contains(shape.height) &&
      ports.width.contains(shape.width)) {
    return;
  }
  const std::string expected =
      "[" + Text(ports.batch) + ", 3, " + Text(ports.height) + ", " + Text(ports.width) + "]";
  const std::string found = "[" + std::to_string(shape.batch) + ", 3, " +
                            std::to_string(shape.height) + ", " + std::to_string(shape.width) + "]";
  throw Error(ErrorCode::kPackageInputMismatch,
              "The engine takes an input of " + expected + " but was to be given " + found + ".",
              {{"expected", expected}, {"found", found}, {"input", ports.input_name}});
}

void TrtSlot::set_shape(const Shape& shape, Context* context) {
  TrtErrorScope errors;
  const trt::Dims dims{4, {shape.batch, kColours, shape.height, shape.width}};
  if (!(*context->context)->setInputShape(engine_.ports().input_name.c_str(), dims)) {
    fail("did not take the input's shape", errors.text());
  }
}

PlaneShape TrtSlot::output_planes(const Shape& shape, trt::IExecutionContext& context) const {
  const TrtPorts& ports = engine_.ports();
  TrtErrorScope errors;
  const trt::Dims dims = context->getTensorShape(ports.output_name.c_str());
  const bool is_known = dims.rank >= 0 && std::all_of(dims.size, dims.size + dims.rank,
                                                      [](int64_t extent) { return extent > 0; });
  if (!is_known) {
    fail("has no output for an input of " + std::to_string(shape.height) + " × " +
             std::to_string(shape.width) + " pixels (height × width)",
         errors.text());
  }
  const bool same_channels =
      ports.output.channels < 1 || (dims.rank == 4 && dims.size[1] == ports.output.channels);
  if (dims.rank == 4 && dims.size[0] == shape.batch && same_channels) {
    return {dims.size[1], dims.size[2], dims.size[3]};
  }
  throw Error(ErrorCode::kPackageWeightsInvalid,
              "The engine gives an output that does not fit: expected [" +
                  std::to_string(shape.batch) + ", K, h, w].",
              {{"output", ports.output_name}});
}

void TrtSlot::set_addresses(Context* context) {
  const TrtPorts& ports = engine_.ports();
  TrtErrorScope errors;
  trt::IExecutionContext& own = *context->context;
  const bool taken = own->setTensorAddress(ports.input_name.c_str(), Pointer(input_)) &&
                     own->setTensorAddress(ports.output_name.c_str(), Pointer(output_));
  if (!taken) fail("did not take the tensors' memory", errors.text());
  context->input = Pointer(input_);
  context->logits = Pointer(output_);
}

void TrtSlot::set_planes(size_t images, Context* context) const {
  const DataType type = engine_.ports().output.type;
  const size_t image = context->output.elements() * ByteSize(type);
  const auto* const first = static_cast<const uint8_t*>(Pointer(output_));
  context->planes.clear();
  for (size_t i = 0; i < images; ++i) {
    context->planes.push_back({first + i * image, type, context->output});
  }
}

std::optional<Recordable> TrtSlot::recordable() const {
  const Context& context = contexts_.front();
  return Recordable{context.number, &context.planes};
}

const std::vector<ConstPlanes>& TrtSlot::run() {
  Context& context = contexts_.front();
  if (!is_prepared_) {
    throw Error(ErrorCode::kInternal, "run() needs a prepare() that succeeded before it.");
  }
  TrtErrorScope errors;
  if (!(*context.context)->enqueueV3(stream_->handle())) {
    fail("could not run the engine", errors.text());
  }
  return context.planes;
}

}  // namespace deeplab::infer
