// Runs the network over the device's memory, with the conversions at its ends.
#include "job.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <stdexcept>

#include "core/half.h"
#include "log.h"

namespace deeplab::doubles::trt {
namespace {

size_t ElementSize(DataType type) {
  switch (type) {
    case DataType::kFLOAT:
    case DataType::kINT32:
      return 4;
    case DataType::kHALF:
      return 2;
    case DataType::kINT64:
      return 8;
    default:
      return 1;
  }
}

float RoundToBfloat(float value) {
  if (std::isnan(value)) return value;
  uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  bits += 0x7fff + ((bits >> 16) & 1);
  bits &= 0xffff0000;
  std::memcpy(&value, &bits, sizeof bits);
  return value;
}

float Rounded(float value, Rounding rounding) {
  if (rounding == Rounding::kHalf) return HalfToFloat(FloatToHalf(value));
  return rounding == Rounding::kBfloat ? RoundToBfloat(value) : value;
}

// A tensor at the engine's border, and what the network reads or writes: the same memory, or values
// of the other type beside it.
class Port {
 public:
  Port(const Tensor& tensor, const OnnxPort& port, const Dims& dims, uint64_t address)
      : tensor_(tensor), count_(static_cast<size_t>(ElementCount(dims))) {
    memory_ = JobMemory(address, count_ * ElementSize(tensor.type));
    onnx_.port = &port;
    onnx_.dims.assign(dims.d, dims.d + dims.nbDims);
    onnx_.bytes = count_ * ElementSize(tensor.network_type);
    onnx_.data = memory_;
    if (tensor.type == tensor.network_type) return;
    converted_.resize(onnx_.bytes);
    onnx_.data = converted_.data();
  }

  const OnnxTensor& onnx() const noexcept { return onnx_; }
  bool is_there() const noexcept { return memory_ != nullptr; }

  void convert_in() { convert(tensor_.type, memory_, tensor_.network_type, onnx_.data); }

  // After the network: what the engine's precision or a defect makes of its values.
  template <typename Change>
  void change(const Change& change) {
    if (tensor_.network_type == DataType::kFLOAT) {
      auto* const values = static_cast<float*>(onnx_.data);
      for (size_t i = 0; i < count_; ++i) values[i] = change(values[i], i);
    } else if (tensor_.network_type == DataType::kHALF) {
      auto* const values = static_cast<uint16_t*>(onnx_.data);
      for (size_t i = 0; i < count_; ++i) {
        values[i] = FloatToHalf(change(HalfToFloat(values[i]), i));
      }
    }
  }

  // Each channel gets the next one's values.
  void rotate_channels() {
    if (onnx_.dims.size() < 2 || count_ == 0) return;
    const auto images = static_cast<size_t>(onnx_.dims[0]);
    const size_t image = onnx_.bytes / images;
    const size_t plane = image / static_cast<size_t>(onnx_.dims[1]);
    for (size_t i = 0; i < images; ++i) {
      char* const first = static_cast<char*>(onnx_.data) + i * image;
      std::rotate(first, first + plane, first + image);
    }
  }

  void convert_out() { convert(tensor_.network_type, onnx_.data, tensor_.type, memory_); }

 private:
  // Half to float or back; the builder lets nothing else differ.
  void convert(DataType from_type, const void* from, DataType to_type, void* to) const {
    if (from_type == to_type) return;
    if (from_type == DataType::kHALF) {
      const auto* const halves = static_cast<const uint16_t*>(from);
      std::transform(halves, halves + count_, static_cast<float*>(to), HalfToFloat);
    } else {
      const auto* const floats = static_cast<const float*>(from);
      std::transform(floats, floats + count_, static_cast<uint16_t*>(to), FloatToHalf);
    }
  }

  const Tensor& tensor_;
  const size_t count_;
  void* memory_ = nullptr;
  OnnxTensor onnx_;
  std::vector<char> converted_;
};

void ApplyPrecision(const Plan& plan, Port* output) {
  if (plan.rounding != Rounding::kNone) {
    output->change([&](float value, size_t) { return Rounded(value, plan.rounding); });
  }
}

void ApplyDefect(BuildMode defect, Port* output) {
  if (defect == BuildMode::kRotate) output->rotate_channels();
  if (defect == BuildMode::kNan) {
    output->change([](float value, size_t i) {
      return i % 64 == 0 ? std::numeric_limits<float>::quiet_NaN() : value;
    });
  }
  if (defect == BuildMode::kDrift) {
    output->change([](float value, size_t i) { return value * (i % 2 == 0 ? 1.01f : 0.99f); });
  }
}

// The memory of activations belongs to one inference at a time: this one signs it, and finds its
// signature changed where another did meanwhile.
class Activations {
 public:
  explicit Activations(const JobParameters& parameters)
      : memory_(parameters.activation_bytes >= sizeof(uint64_t)
                    ? static_cast<uint64_t*>(
                          JobMemory(parameters.activations, parameters.activation_bytes))
                    : nullptr) {
    static std::atomic<uint64_t> next{1};
    mine_ = next.fetch_add(1);
    if (memory_ != nullptr) __atomic_store_n(memory_, mine_, __ATOMIC_RELEASE);
  }
  bool are_intact() const {
    return memory_ == nullptr || __atomic_load_n(memory_, __ATOMIC_ACQUIRE) == mine_;
  }

 private:
  uint64_t* const memory_;
  uint64_t mine_ = 0;
};

}  // namespace

bool JobParameters::operator==(const JobParameters& other) const {
  return addresses == other.addresses && activations == other.activations &&
         activation_bytes == other.activation_bytes &&
         std::equal(dims.begin(), dims.end(), other.dims.begin(), other.dims.end(), SameDims);
}

void Job::retire() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (running_ > 0) Misuse("an execution context was destroyed while a stream ran its work");
  core_ = nullptr;
}

void Job::run(const EngineCore& core) const {
  const auto& tensors = core.plan().tensors;
  const Activations activations(parameters_);
  std::vector<Port> ports;
  ports.reserve(tensors.size());
  std::vector<OnnxTensor> inputs, outputs;
  for (size_t i = 0; i < tensors.size(); ++i) {
    const bool is_input = i < core.input_count();
    const OnnxPort& port =
        is_input ? core.session().inputs()[i] : core.session().outputs()[i - core.input_count()];
    ports.emplace_back(tensors[i], port, parameters_.dims[i], parameters_.addresses[i]);
    if (!ports.back().is_there()) return FaultJob();
    if (is_input) ports.back().convert_in();
    (is_input ? inputs : outputs).push_back(ports.back().onnx());
  }
  core.session().run(inputs, outputs);
  for (size_t i = core.input_count(); i < ports.size(); ++i) {
    ApplyPrecision(core.plan(), &ports[i]);
    ApplyDefect(core.plan().defect, &ports[i]);
    ports[i].convert_out();
  }
  if (!activations.are_intact()) {
    Misuse("two inferences used the same memory for activations at once");
  }
}

void Job::Run(void* argument) {
  Job& job = *static_cast<Job*>(argument);
  std::shared_ptr<const EngineCore> core;
  {
    const std::lock_guard<std::mutex> lock(job.mutex_);
    core = job.core_;
    if (core != nullptr) ++job.running_;
  }
  if (core == nullptr) {
    Misuse("a stream ran the work of an execution context that was destroyed");
    return FaultJob();
  }
  try {
    job.run(*core);
    Count(&deeplab_double_trt_counters::inferences);
    const Dims& first = job.parameters_.dims.front();
    Count(&deeplab_double_trt_counters::images,
          first.nbDims > 0 ? static_cast<uint64_t>(first.d[0]) : 0);
  } catch (const std::exception& error) {
    LogInternal("IExecutionContext::enqueueV3", error.what());
    FaultJob();
  }
  const std::lock_guard<std::mutex> lock(job.mutex_);
  --job.running_;
}

}  // namespace deeplab::doubles::trt
