#include "context.h"

#include <stdexcept>

#include "log.h"

namespace deeplab::doubles::trt {
namespace {

constexpr uint64_t kAlignment = 256;  // of every tensor's address, as TensorRT's header demands

uint64_t AddressOf(const void* pointer) { return reinterpret_cast<uint64_t>(pointer); }

std::string RangeText(const ShapeRange& range, int32_t profile) {
  return "Valid range for profile " + std::to_string(profile) + ": " +
         DimsText(range[static_cast<size_t>(OptProfileSelector::kMIN)]) + ".." +
         DimsText(range[static_cast<size_t>(OptProfileSelector::kMAX)]) + ".";
}

bool MatchesDeclared(const Dims& declared, const Dims& dims) {
  for (int i = 0; i < declared.nbDims; ++i) {
    if (declared.d[i] >= 0 && declared.d[i] != dims.d[i]) return false;
  }
  return true;
}

}  // namespace

Context::Context(const Factory& engine, ICudaEngine* engine_handle,
                 std::shared_ptr<const EngineCore> core, Strategy strategy,
                 std::unique_ptr<GpuMemory> memory)
    : product_(engine),
      engine_(engine_handle),
      core_(std::move(core)),
      strategy_(strategy),
      memory_(std::move(memory)),
      addresses_(tensors().size(), 0) {
  forget_shapes();
}

Context::~Context() {
  for (Job* const job : jobs_) job->retire();
}

int Context::index_of(const char* method, const char* name) const noexcept {
  const Tensor* const found = core_->find(name);
  if (found != nullptr) return static_cast<int>(found - tensors().data());
  LogUnknownTensor(method, name);
  return -1;
}

void Context::forget_shapes() {
  shapes_.assign(tensors().size(), kNoDims);
  for (size_t i = 0; i < core_->input_count(); ++i) {
    if (IsStatic(tensors()[i].dims)) shapes_[i] = tensors()[i].dims;
  }
  changed_ = true;
}

bool Context::setOptimizationProfileAsync(int32_t profile, cudaStream_t) noexcept {
  const Use use(this, "setOptimizationProfileAsync");
  const char* const method = "IExecutionContext::setOptimizationProfileAsync";
  if (MustFail("setOptimizationProfileAsync")) return false;
  const auto count = static_cast<int32_t>(core_->plan().profiles.size());
  if (profile < 0 || profile >= count) {
    LogUsage(method,
             "profileIndex >= 0 && profileIndex < mEngine.getNbOptimizationProfiles(). "
             "Profile index " +
                 std::to_string(profile) + " is not valid");
    return false;
  }
  if (profile == profile_) return true;
  if (strategy_ == Strategy::kON_PROFILE_CHANGE &&
      !memory_->allocate(method, static_cast<size_t>(core_->context_bytes(profile)))) {
    return false;
  }
  profile_ = profile;
  forget_shapes();
  return true;
}

bool Context::allInputDimensionsSpecified() const noexcept {
  for (size_t i = 0; i < core_->input_count(); ++i) {
    if (shapes_[i].nbDims < 0) return false;
  }
  return true;
}

bool Context::fits_profile(size_t input, const Dims& dims) const {
  const ShapeRange& range = core_->plan().profiles[static_cast<size_t>(profile_)][input];
  const Dims& least = range[static_cast<size_t>(OptProfileSelector::kMIN)];
  const Dims& greatest = range[static_cast<size_t>(OptProfileSelector::kMAX)];
  for (int i = 0; i < dims.nbDims; ++i) {
    if (dims.d[i] < least.d[i] || dims.d[i] > greatest.d[i]) return false;
  }
  return true;
}

bool Context::setInputShape(char const* name, Dims const& dims) noexcept {
  const Use use(this, "setInputShape");
  const char* const method = "IExecutionContext::setInputShape";
  if (MustFail("setInputShape")) return false;
  const int index = index_of(method, name);
  if (index < 0) return false;
  const auto at = static_cast<size_t>(index);
  const Tensor& tensor = tensors()[at];
  if (!tensor.is_input)
    return LogUsage(method, "isInput. " + tensor.name + " is not an input"), false;
  if (dims.nbDims != tensor.dims.nbDims) {
    LogUsage(method, "engineDims.nbDims == dims.nbDims. Mismatched number of dimensions for " +
                         tensor.name + ". Set dimensions are " + DimsText(dims) +
                         ". Expected dimensions are " + DimsText(tensor.dims) + ".");
    return false;
  }
  if (!MatchesDeclared(tensor.dims, dims)) {
    LogUsage(method,
             "engineDims.d[i] == dims.d[i]. Static dimension mismatch while setting input "
             "shape for " +
                 tensor.name + ". Set dimensions are " + DimsText(dims) +
                 ". Expected dimensions are " + DimsText(tensor.dims) + ".");
    return false;
  }
  if (!fits_profile(at, dims)) {
    LogUsage(method,
             "satisfyProfile. Set dimension " + DimsText(dims) + " for tensor " + tensor.name +
                 " does not satisfy any optimization profiles. " +
                 RangeText(core_->plan().profiles[static_cast<size_t>(profile_)][at], profile_));
    return false;
  }
  if (SameDims(shapes_[at], dims)) return true;
  shapes_[at] = dims;
  for (size_t i = core_->input_count(); i < shapes_.size(); ++i) shapes_[i] = kNoDims;
  changed_ = true;
  return true;
}

bool Context::resolve_shapes(const char* method) const noexcept {
  if (!allInputDimensionsSpecified()) return false;
  const auto inputs = static_cast<std::ptrdiff_t>(core_->input_count());
  if (shapes_.back().nbDims >= 0) return true;
  try {
    const DimsList outputs = core_->output_shapes({shapes_.begin(), shapes_.begin() + inputs});
    std::copy(outputs.begin(), outputs.end(), shapes_.begin() + inputs);
    return true;
  } catch (const std::exception& error) {
    LogInternal(method, error.what());
    return false;
  }
}

Dims Context::getTensorShape(char const* name) const noexcept {
  const Use use(this, "getTensorShape");
  const char* const method = "IExecutionContext::getTensorShape";
  const int index = index_of(method, name);
  if (index < 0) return kNoDims;
  const auto at = static_cast<size_t>(index);
  if (!tensors()[at].is_input) resolve_shapes(method);
  return shapes_[at].nbDims >= 0 ? shapes_[at] : tensors()[at].dims;
}

bool Context::setTensorAddress(char const* name, void* address) noexcept {
  const Use use(this, "setTensorAddress");
  const char* const method = "IExecutionContext::setTensorAddress";
  if (MustFail("setTensorAddress")) return false;
  const int index = index_of(method, name);
  if (index < 0) return false;
  if (AddressOf(address) % kAlignment != 0) {
    LogUsage(method, "isAligned(data, 256). The address of " + std::string(name) +
                         " is not a multiple of 256");
    return false;
  }
  addresses_[static_cast<size_t>(index)] = AddressOf(address);
  return true;
}

bool Context::setInputTensorAddress(char const* name, void const* address) noexcept {
  return setTensorAddress(name, const_cast<void*>(address));
}

bool Context::setOutputTensorAddress(char const* name, void* address) noexcept {
  return setTensorAddress(name, address);
}

void const* Context::getTensorAddress(char const* name) const noexcept {
  const int index = index_of("IExecutionContext::getTensorAddress", name);
  return index < 0 ? nullptr
                   : reinterpret_cast<void const*>(addresses_[static_cast<size_t>(index)]);
}

void* Context::getOutputTensorAddress(char const* name) const noexcept {
  return const_cast<void*>(getTensorAddress(name));
}

int32_t Context::inferShapes(int32_t capacity, char const** missing) noexcept {
  const Use use(this, "inferShapes");
  if (MustFail("inferShapes")) return -1;
  int32_t count = 0;
  for (size_t i = 0; i < core_->input_count(); ++i) {
    if (shapes_[i].nbDims >= 0) continue;
    if (count < capacity && missing != nullptr) missing[count] = tensors()[i].name.c_str();
    ++count;
  }
  if (count > 0) return count;
  return resolve_shapes("IExecutionContext::inferShapes") ? 0 : -1;
}

void Context::setDeviceMemory(void* memory) noexcept {
  setDeviceMemoryV2(memory, core_->context_bytes());
}

void Context::setDeviceMemoryV2(void* memory, int64_t size) noexcept {
  const Use use(this, "setDeviceMemoryV2");
  const char* const method = "IExecutionContext::setDeviceMemoryV2";
  if (strategy_ != Strategy::kUSER_MANAGED) {
    LogUsage(method, "mAllocationStrategy == ExecutionContextAllocationStrategy::kUSER_MANAGED");
    return;
  }
  const int64_t needed = core_->context_bytes(profile_);
  if (size < needed) {
    LogUsage(method, "size >= required. Device memory size " + std::to_string(size) +
                         " is less than the required size " + std::to_string(needed));
    return;
  }
  user_memory_ = AddressOf(memory);
  user_memory_size_ = static_cast<size_t>(size);
}

size_t Context::updateDeviceMemorySizeForShapes() noexcept {
  return static_cast<size_t>(core_->context_bytes(profile_));
}

}  // namespace deeplab::doubles::trt
