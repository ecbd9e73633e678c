#include "infer/ort_session.h"

#include "infer/ort_facts.h"
#include "infer/ort_provider.h"
#include "infer/ort_slot.h"

namespace deeplab::infer {
namespace {

SessionInfo InfoOf(const OrtLibrary& library, const OrtModel& model, int intra_op_threads,
                   std::string choice) {
  SessionInfo info = OrtInfoOf(library, model.ports, intra_op_threads);
  info.device = "cpu";
  info.provider = NameOf(OrtProvider::kCpu);
  info.choice = std::move(choice);
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
                       int intra_op_threads, std::string choice)
    : api_(library.api()),
      model_(std::move(model)),
      info_(InfoOf(library, model_, intra_op_threads, std::move(choice))),
      limits_(OrtLimitsOf(info_.input, max_batch)),
      cpu_memory_(CpuMemory(api_)) {}

std::unique_ptr<Slot> OrtSession::new_slot() { return std::make_unique<OrtSlot>(*this); }

}  // namespace deeplab::infer
