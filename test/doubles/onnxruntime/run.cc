// A run of a session on a GPU: what is known beforehand is checked at the call, as the real one
// does, and the network itself is a job of the stream.
#include <cstring>

#include "binding.h"
#include "gpu.h"

namespace deeplab::doubles::ort {
namespace {

// Of one run; lives until it ran. Jobs of a lost device never run: they stay.
struct Job {
  std::shared_ptr<GpuSession> session;
  TensorFacts input;
  std::shared_ptr<std::vector<char>> values;  // the input's
  TensorFacts output;
};

// Of a copy, likewise.
struct Copy {
  std::shared_ptr<GpuSession> session;
  TensorFacts from;
  std::shared_ptr<std::vector<char>> to;
};

uint64_t Address(const TensorFacts& tensor) { return reinterpret_cast<uint64_t>(tensor.data); }

void Compute(const Job& job) {
  // The real one reads both in the run.
  void* const from = HostRange(Address(job.input), job.input.bytes);
  void* const to = HostRange(Address(job.output), job.output.bytes);
  if (from == nullptr || to == nullptr) return FaultJob();
  const OwnedValue input = WrapHost(job.values->data(), job.input.element, job.input.dims);
  const OwnedValue output = job.session->run(input.get());
  const TensorFacts facts = FactsOf(output.get());
  if (facts.dims != job.output.dims) return FaultJob();
  std::memcpy(to, facts.data, facts.bytes);
}

void RunJob(void* argument) {
  const std::unique_ptr<Job> job(static_cast<Job*>(argument));
  try {
    Compute(*job);
    Count(&deeplab_double_ort_counters::inferences);
  } catch (...) {
    FaultJob();
  }
  --job->session->jobs;
}

void RunCopy(void* argument) {
  const std::unique_ptr<Copy> copy(static_cast<Copy*>(argument));
  void* const from = HostRange(Address(copy->from), copy->from.bytes);
  if (from != nullptr) {
    std::memcpy(copy->to->data(), from, copy->from.bytes);
  } else {
    FaultJob();
  }
  --copy->session->jobs;
}

// Gives the job to the stream, which deletes it.
template <typename Work>
void Enqueue(void (*run)(void*), std::unique_ptr<Work> work) {
  GpuSession& session = *work->session;
  ++session.jobs;
  try {
    EnqueueJob(session.stream(), run, work.get());
  } catch (...) {
    --session.jobs;
    throw;
  }
  work.release();  // NOLINT: run's now
}

void RefuseCapture(const GpuSession& session) {
  if (!IsCapturing(session.stream())) return;
  throw Failure{kFail, "CUDA failure 900: operation not permitted when stream is capturing"};
}

std::vector<int64_t> RequireShape(const Expectation& expectation) {
  if (expectation.error.empty()) return expectation.dims;
  throw Failure{kRuntimeException, expectation.error};
}

// The real provider needs the values on the host to know the shape: it waits for them.
std::vector<int64_t> ShapeOfValues(const GpuBinding& binding) {
  Count(&deeplab_double_ort_counters::value_copies);
  Synchronize(binding.session->stream());
  const TensorFacts& input = *binding.input;
  if (HostRange(Address(input), input.bytes) == nullptr) {
    throw Failure{kFail, "CUDA failure 700: an illegal memory access"};
  }
  const OwnedValue value = WrapHost(binding.bound_values->data(), input.element, input.dims);
  return FactsOf(binding.session->run(value.get()).get()).dims;
}

int32_t OutputElement(const GpuSession& session) {
  const OrtApi& api = TheReal().api;
  OrtTypeInfo* type = nullptr;
  Check(api.SessionGetOutputTypeInfo(session.real().get(), 0, &type));
  const OrtTensorInfo* tensor = nullptr;  // lives in `type`
  int32_t element = 0;
  Check(api.CastTypeInfoToTensorInfo(type, &tensor));
  Check(api.GetTensorElementType(tensor, &element));
  api.ReleaseTypeInfo(type);
  return element;
}

void PlaceOutput(GpuBinding* binding, const std::vector<int64_t>& dims) {
  if (binding->output) {
    if (binding->output->dims == dims) return;
    throw Failure{kRuntimeException, "OrtValue shape verification failed. Current shape:" +
                                         Text(binding->output->dims) +
                                         " Requested shape:" + Text(dims)};
  }
  TensorFacts output;
  output.element = OutputElement(*binding->session);
  output.dims = dims;
  output.bytes = ByteCount(output.element, dims);
  output.is_on_device = true;
  output.device = binding->session->device();
  binding->piece = std::make_shared<ArenaPiece>(binding->session, output.bytes);
  output.data = reinterpret_cast<void*>(binding->piece->address);
  binding->output = output;
}

}  // namespace

void CopyBoundInput(GpuBinding* binding) {
  GpuSession& session = *binding->session;
  const OnDevice current(session.device());
  RefuseCapture(session);
  binding->bound_values = std::make_shared<std::vector<char>>(binding->input->bytes);
  Enqueue(RunCopy,
          std::make_unique<Copy>(Copy{binding->session, *binding->input, binding->bound_values}));
}

void RunOnGpu(GpuBinding* binding, bool waits) {
  if (!binding->input || !binding->is_output_bound) {
    throw Failure{kInvalidArgument, "At least one input and one output must be bound."};
  }
  GpuSession& session = *binding->session;
  const OnDevice current(session.device());
  RefuseCapture(session);
  const Expectation& expectation = session.expectation(*binding->input);
  PlaceOutput(binding,
              expectation.depends_on_values ? ShapeOfValues(*binding) : RequireShape(expectation));
  Enqueue(RunJob, std::make_unique<Job>(Job{binding->session, *binding->input,
                                            binding->bound_values, *binding->output}));
  Count(&deeplab_double_ort_counters::runs);
  if (!waits && !session.has_own_stream()) return;
  Count(&deeplab_double_ort_counters::synchronizations);
  Synchronize(session.stream());
}

}  // namespace deeplab::doubles::ort
