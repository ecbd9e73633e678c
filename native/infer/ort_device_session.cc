#include "infer/ort_device_session.h"

#include "infer/device_choice.h"
#include "infer/ort_device_slot.h"
#include "infer/ort_facts.h"
#include "infer/ort_options.h"

namespace deeplab::infer {
namespace {

// A recorded graph would go on using what ONNX Runtime's arena held when it was recorded.
void CheckGraphs(const OpenRequest& request) {
  if (!request.device_options.graphs) return;
  throw Error(
      ErrorCode::kOptionInvalid,
      "Runs of ONNX Runtime cannot be recorded as CUDA graphs: leave that option out, or use "
      "an engine (backend: \"trt\").",
      {{"option", "graphs"}, {"backend", kOrtLibraryName}});
}

std::vector<std::unique_ptr<OrtDeviceEngine>> Load(const OrtLibrary& library,
                                                   const OpenRequest& request,
                                                   const OrtChoice& choice) {
  CheckGraphs(request);
  std::vector<std::unique_ptr<OrtDeviceEngine>> engines;
  for (const auto& device : choice.devices) {
    engines.push_back(std::make_unique<OrtDeviceEngine>(library, request, choice.provider, device));
  }
  return engines;
}

SessionInfo InfoOf(const OrtLibrary& library, const OrtPorts& ports, const OpenRequest& request,
                   const OrtChoice& choice) {
  SessionInfo info = OrtInfoOf(library, ports, ResolveIntraOpThreads(request.session));
  info.device = NamesOf(choice.devices);
  info.provider = NameOf(choice.provider);
  info.choice = choice.reason;
  return info;
}

// One run at a time for each device: a session has one stream.
BatchLimits LimitsOf(const OrtPorts& ports, int max_batch, size_t devices) {
  BatchLimits limits = OrtLimitsOf(ports.input.spec, max_batch);
  limits.slots = static_cast<int>(devices);
  limits.memory = MemoryKind::kDevice;
  return limits;
}

}  // namespace

OrtDeviceSession::OrtDeviceSession(const OrtLibrary& library, const OpenRequest& request,
                                   const OrtChoice& choice)
    : exchange_(ExchangeOf(choice.devices, request.device_options)),
      engines_(Load(library, request, choice)),
      info_(InfoOf(library, engines_.front()->ports(), request, choice)),
      limits_(LimitsOf(engines_.front()->ports(), request.max_batch, engines_.size())),
      buffers_(exchange_.pinned) {}

std::vector<DeviceUse> OrtDeviceSession::devices() const {
  std::vector<DeviceUse> uses;
  for (const auto& engine : engines_) uses.push_back(UseOf(*engine->memory(), exchange_));
  return uses;
}

std::shared_ptr<const void> OrtDeviceSession::register_memory(void* data, size_t size) const {
  return std::make_shared<cuda::RegisteredMemory>(exchange_.pinned, data, size);
}

// All slots of an engine share its stream. Where host and device may not have managed memory at
// the same time, one slot's host would touch it under the other's work.
void OrtDeviceSession::check_sharing(const OrtDeviceEngine& engine) const {
  const cuda::Device& device = *engine.memory()->device();
  if (exchange_.mode != cuda::MemoryMode::kManaged || next_ < engines_.size() ||
      device.traits().has_concurrent_managed_access) {
    return;
  }
  throw Error(ErrorCode::kOptionInvalid,
              device.label() +
                  " cannot give managed memory to host and device at the same time, so ONNX "
                  "Runtime can have one batch under way on it: leave maxInFlight out, or choose "
                  "another memoryMode.",
              {{"option", "memoryMode"}, {"found", "managed"}, {"device", device.label()}});
}

std::unique_ptr<Slot> OrtDeviceSession::new_slot() {
  const OrtDeviceEngine& engine = *engines_[next_ % engines_.size()];
  check_sharing(engine);
  ++next_;
  return std::make_unique<OrtDeviceSlot>(engine, info_, limits_, exchange_);
}

}  // namespace deeplab::infer
