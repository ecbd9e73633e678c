// What enqueueV3 checks, and the work that it gives to the stream.
#include <algorithm>

#include "context.h"
#include "log.h"

namespace deeplab::doubles::trt {
namespace {

constexpr const char* kMethod = "IExecutionContext::enqueueV3";

}  // namespace

bool Context::is_ready() const noexcept {
  std::string missing;
  for (size_t i = 0; i < core_->input_count(); ++i) {
    if (shapes_[i].nbDims < 0) missing += (missing.empty() ? "" : ", ") + tensors()[i].name;
  }
  if (!missing.empty()) {
    LogError(
        kMethod, 7, "Internal Error",
        "Not all shapes are specified. Following input tensors' dimensions are not specified: " +
            missing + ".");
    return false;
  }
  for (size_t i = 0; i < tensors().size(); ++i) {
    if (addresses_[i] != 0) continue;
    const std::string& name = tensors()[i].name;
    LogUsage(
        kMethod,
        tensors()[i].is_input
            ? "mContext.profileObliviousBindings.at(profileObliviousIndex) != nullptr. Address "
              "is not set for input tensor " +
                  name + ". Call setInputTensorAddress or setTensorAddress before enqueue/execute."
            : "mContext.profileObliviousBindings.at(profileObliviousIndex) || "
              "getPtrOrNull(mOutputAllocators, profileObliviousIndex). Neither address or "
              "allocator is set for output tensor " +
                  name +
                  ". Call setOutputTensorAddress, setTensorAddress or setOutputAllocator "
                  "before enqueue/execute.");
    return false;
  }
  if (strategy_ == Strategy::kUSER_MANAGED && user_memory_ == 0) {
    LogUsage(kMethod, "mDeviceMemory != nullptr. Device memory is not set: call setDeviceMemoryV2");
    return false;
  }
  return true;
}

// One job for the same work again, so that there are as many as there are kinds of work.
Job* Context::job_of(const JobParameters& parameters) {
  const auto found = std::find_if(jobs_.begin(), jobs_.end(),
                                  [&](const Job* job) { return job->parameters() == parameters; });
  if (found != jobs_.end()) return *found;
  static std::mutex mutex;
  static auto* const all = new std::vector<std::unique_ptr<Job>>();  // see Job
  const std::lock_guard<std::mutex> lock(mutex);
  all->push_back(std::make_unique<Job>(core_, parameters));
  jobs_.push_back(all->back().get());
  return jobs_.back();
}

bool Context::submit(Job* job, cudaStream_t stream) {
  const bool capturing = IsCapturing(stream);
  if (changed_ && capturing) {
    // TensorRT sets new shapes up in the first enqueue, by calls that a capture does not allow.
    GpuMemory scratch;
    if (!scratch.allocate(kMethod, 1)) return false;
  }
  const int result = EnqueueJob(stream, &Job::Run, job);
  if (result != 0) return LogCuda(kMethod, result), false;
  if (!capturing) changed_ = false;
  Count(&deeplab_double_trt_counters::enqueues);
  return true;
}

bool Context::enqueueV3(cudaStream_t stream) noexcept {
  const Use use(this, "enqueueV3");
  if (MustFail("enqueueV3") || !is_ready() || !resolve_shapes(kMethod)) return false;
  JobParameters parameters;
  parameters.dims = shapes_;
  parameters.addresses = addresses_;
  const bool user_managed = strategy_ == Strategy::kUSER_MANAGED;
  parameters.activations = user_managed ? user_memory_ : memory_->address();
  parameters.activation_bytes = user_managed ? user_memory_size_ : memory_->size();
  return submit(job_of(parameters), stream);
}

}  // namespace deeplab::doubles::trt
