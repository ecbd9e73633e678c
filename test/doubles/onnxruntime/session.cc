#include "session.h"

#include <cstdlib>
#include <cstring>

#include "gpu.h"

namespace deeplab::doubles::ort {
namespace {

std::string NameOf(const OrtModelSession* session,
                   OrtStatus* (*read)(const OrtModelSession*, size_t, OrtAllocator*, char**)) {
  const OrtApi& api = TheReal().api;
  OrtAllocator* allocator = nullptr;
  Check(api.GetAllocatorWithDefaultOptions(&allocator));
  char* text = nullptr;
  Check(read(session, 0, allocator, &text));
  std::string name = text;
  Check(api.AllocatorFree(allocator, text));
  return name;
}

void CountArena(size_t bytes, int sign) {
  Count(&deeplab_double_ort_counters::arena_bytes, sign * static_cast<long long>(bytes));
}

// Our own stream is every provider's, or none of them has it.
void CheckStreams(const std::vector<ProviderOptions>& options) {
  for (const ProviderOptions& other : options) {
    const ProviderOptions& first = options.front();
    if (other.has_stream != first.has_stream || other.stream != first.stream ||
        other.value("device_id") != first.value("device_id")) {
      NoteMisuse("the providers of a session have different streams or devices");
    }
  }
}

}  // namespace

GpuSession::GpuSession(OrtModelSession* real, const std::vector<ProviderOptions>& options,
                       size_t weight_bytes)
    : real_(real, TheReal().api.ReleaseSession),
      device_(std::atoi(options.front().value("device_id").c_str())),
      input_name_(NameOf(real, TheReal().api.SessionGetInputName)),
      output_name_(NameOf(real, TheReal().api.SessionGetOutputName)) {
  CheckStreams(options);
  for (const ProviderOptions& provider : options) {
    const std::string limit = provider.value("gpu_mem_limit");
    if (!limit.empty()) limit_ = std::strtoull(limit.c_str(), nullptr, 10);
  }
  has_own_stream_ = !options.front().has_stream;
  try {
    const OnDevice current(device_);
    stream_ = has_own_stream_ ? NewStream() : static_cast<CUstream_st*>(options.front().stream);
    allocate(weight_bytes);  // for good
  } catch (...) {
    if (has_own_stream_ && stream_ != nullptr) DeleteStream(stream_);
    throw;
  }
}

GpuSession::~GpuSession() {
  CountArena(arena_bytes_, -1);
  try {
    const OnDevice current(device_);
    for (const auto* pieces : {&used_, &idle_}) {
      for (const auto& [address, bytes] : *pieces) FreeOnDevice(address);
    }
    if (has_own_stream_) DeleteStream(stream_);
  } catch (const Failure&) {
    // The device is lost, and all of it with it.
  }
}

// Best fit of what is idle, as far as that is not wasteful; else more.
uint64_t GpuSession::allocate(size_t bytes) {
  Begin("Allocate");
  const Lock lock(mutex_);
  for (auto at = idle_.begin(); at != idle_.end(); ++at) {
    if (at->second < bytes || at->second > 2 * bytes) continue;
    const uint64_t address = at->first;
    used_.insert(*at);
    idle_.erase(at);
    return address;
  }
  if (limit_ > 0 && arena_bytes_ + bytes > limit_) {
    throw Failure{kRuntimeException,
                  "Available memory of " + std::to_string(limit_ - arena_bytes_) +
                      " is smaller than requested bytes of " + std::to_string(bytes)};
  }
  const OnDevice current(device_);
  const uint64_t address = AllocateOnDevice(bytes);
  used_[address] = bytes;
  arena_bytes_ += bytes;
  CountArena(bytes, 1);
  return address;
}

void GpuSession::give_back(uint64_t address) {
  const Lock lock(mutex_);
  const auto piece = used_.find(address);
  idle_.insert(*piece);
  used_.erase(piece);
}

OwnedValue GpuSession::run(const OrtValue* input) const {
  const char* const inputs[] = {input_name_.c_str()};
  const char* const outputs[] = {output_name_.c_str()};
  OrtValue* output = nullptr;
  Check(TheReal().more.Run(real_.get(), nullptr, inputs, &input, 1, outputs, 1, &output));
  return {output, TheReal().api.ReleaseValue};
}

// For an input whose every element has these two bytes on top.
std::vector<int64_t> GpuSession::dims_for(const TensorFacts& input, unsigned char low,
                                          unsigned char high) const {
  std::vector<unsigned char> bytes(input.bytes, 0);
  const size_t element = ByteCount(input.element, {1});
  for (size_t end = element; end <= bytes.size(); end += element) {
    bytes[end - 2] = low;
    bytes[end - 1] = high;
  }
  const OwnedValue value = WrapHost(bytes.data(), input.element, input.dims);
  return FactsOf(run(value.get()).get()).dims;
}

Expectation GpuSession::learn(const TensorFacts& input) const {
  Expectation expectation;
  std::vector<int64_t> of_zeros;
  try {
    of_zeros = dims_for(input, 0, 0);
  } catch (const Failure& failure) {
    expectation.error = failure.text;
  }
  try {  // ones
    expectation.dims = dims_for(input, input.element == kOrtElementFloat16 ? 0x00 : 0x80,
                                input.element == kOrtElementFloat16 ? 0x3C : 0x3F);
    expectation.depends_on_values = !expectation.error.empty() || of_zeros != expectation.dims;
  } catch (const Failure& failure) {
    expectation.depends_on_values = expectation.error.empty();
    expectation.error = failure.text;
  }
  return expectation;
}

const Expectation& GpuSession::expectation(const TensorFacts& input) {
  const Lock lock(mutex_);
  const auto known = expectations_.find(input.dims);
  if (known != expectations_.end()) return known->second;
  return expectations_[input.dims] = learn(input);
}

std::shared_ptr<GpuSession> FindGpuSession(const OrtModelSession* session) {
  const Lock lock(TheState().mutex);
  const auto found = TheState().sessions.find(session);
  return found != TheState().sessions.end() ? found->second : nullptr;
}

}  // namespace deeplab::doubles::ort
