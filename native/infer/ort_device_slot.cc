#include "infer/ort_device_slot.h"

namespace deeplab::infer {
namespace {

void* Reserve(cuda::DeviceBuffer* buffer, size_t bytes) {
  buffer->grow(bytes);
  return reinterpret_cast<void*>(buffer->address());
}

}  // namespace

OrtDeviceSlot::OrtDeviceSlot(const OrtDeviceEngine& engine, const SessionInfo& info,
                             const BatchLimits& limits, const Exchange& exchange)
    : engine_(engine),
      exchange_(exchange),
      input_(engine.memory(), engine.stream(), "The network's input"),
      output_(engine.memory(), engine.stream(), "The network's logits"),
      binding_({engine.api(), engine.session(), engine.run_options(), info, limits}, *this) {}

void* OrtDeviceSlot::prepare(int batch, int height, int width) {
  return binding_.prepare(batch, height, width);
}

const std::vector<ConstPlanes>& OrtDeviceSlot::run() {
  const std::lock_guard<std::mutex> lock(engine_.queueing());
  return binding_.run();
}

void* OrtDeviceSlot::input(size_t bytes) { return Reserve(&input_, bytes); }

void* OrtDeviceSlot::output(size_t bytes) { return Reserve(&output_, bytes); }

void OrtDeviceSlot::explain_failure(const std::string& message) const {
  ExplainOnDevice(*engine_.stream(), message);
}

}  // namespace deeplab::infer
