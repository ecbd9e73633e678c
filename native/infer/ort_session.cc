#include "infer/ort_session.h"

#include "infer/ort_slot.h"

namespace deeplab::infer {
namespace {

BatchLimits LimitsOf(const TensorSpec& input, int max_batch) {
  BatchLimits limits;
  const bool fixed = input.batch > 0;
  limits.min_batch = fixed ? static_cast<int>(input.batch) : 1;
  limits.max_batch = fixed ? limits.min_batch : (max_batch < 1 ? 1 : max_batch);
  return limits;
}

SessionInfo InfoOf(const OrtLibrary& library, const OrtPorts& ports, int intra_op_threads) {
  SessionInfo info;
  info.backend = kOrtLibraryName;
  info.device = "cpu";
  info.library_path = library.path();
  info.library_version = library.version_text();
  info.input_name = ports.input.name;
  info.output_name = ports.output.name;
  info.input = ports.input.spec;
  info.output = ports.output.spec;
  info.intra_op_threads = intra_op_threads;
  return info;
}

OrtOwned<OrtMemoryInfo> CpuMemory(const OrtApi& api) {
  OrtMemoryInfo* created = nullptr;
  CheckOrt(api, api.CreateCpuMemoryInfo(kOrtDeviceAllocator, kOrtMemoryDefault, &created),
           ErrorCode::kBackendFailed, "describe CPU memory");
  return {created, api.ReleaseMemoryInfo};
}

}  // namespace

OrtSession::OrtSession(const OrtLibrary& library, OrtModel model, int max_batch,
                       int intra_op_threads)
    : api_(library.api()),
      model_(std::move(model)),
      info_(InfoOf(library, model_.ports, intra_op_threads)),
      limits_(LimitsOf(info_.input, max_batch)),
      cpu_memory_(CpuMemory(api_)) {}

std::unique_ptr<Slot> OrtSession::new_slot() { return std::make_unique<OrtSlot>(*this); }

}  // namespace deeplab::infer
