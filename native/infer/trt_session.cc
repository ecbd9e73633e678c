#include "infer/trt_session.h"

#include <algorithm>

#include "infer/device_choice.h"
#include "infer/trt_slot.h"
#include "infer/weights.h"

namespace deeplab::infer {
namespace {

// One is copied while the other is in the network.
constexpr int kSlotsOfADevice = 2;

std::vector<std::unique_ptr<TrtEngine>> Load(
    const TrtLibrary& library, const OpenRequest& request,
    const std::vector<std::shared_ptr<cuda::Device>>& devices) {
  const std::vector<uint8_t> plan = ReadWholeFile(request.weights_path);
  std::vector<std::unique_ptr<TrtEngine>> engines;
  for (const auto& device : devices) {
    auto memory = std::make_shared<cuda::DeviceMemory>(device, request.device_options.memory_limit);
    engines.push_back(
        std::make_unique<TrtEngine>(library, std::move(memory), plan, request.weights_path));
  }
  return engines;
}

// A package's word of its engine (trt_config.json) must be true.
void CheckBatches(const TrtPorts& ports, const OpenRequest& request) {
  const int64_t least = request.min_batch;
  if (least <= 0 || ports.batch.contains(least)) return;
  const std::string expected =
      std::to_string(ports.batch.min) + ".." + std::to_string(ports.batch.max);
  throw Error(ErrorCode::kEngineInvalid,
              "The package says that its engine takes batches from " + std::to_string(least) +
                  " images on, but the engine takes " + expected + ".",
              {{"path", request.weights_path},
               {"field", "trt_config.json"},
               {"found", std::to_string(least)},
               {"expected", expected}});
}

// What engine and package both take, and of that no more than was asked for.
BatchLimits LimitsOf(const TrtPorts& ports, const OpenRequest& request, size_t devices) {
  CheckBatches(ports, request);
  BatchLimits limits;
  limits.min_batch = std::max(static_cast<int>(ports.batch.min), request.min_batch);
  limits.max_batch = std::max(limits.min_batch, std::min(static_cast<int>(ports.batch.max),
                                                         std::max(request.max_batch, 1)));
  const int slots = request.device_options.slots;
  limits.slots = slots > 0 ? slots : kSlotsOfADevice * static_cast<int>(devices);
  limits.memory = MemoryKind::kDevice;
  return limits;
}

SessionInfo InfoOf(const TrtLibrary& library, const TrtPorts& ports, const std::string& devices) {
  SessionInfo info;
  info.backend = kTrtLibraryName;
  info.device = devices;
  info.library_path = library.path();
  info.library_version = library.version_text();
  info.input_name = ports.input_name;
  info.output_name = ports.output_name;
  info.input = ports.input;
  info.output = ports.output;
  return info;
}

}  // namespace

TrtSession::TrtSession(const TrtLibrary& library, const OpenRequest& request,
                       const std::vector<std::shared_ptr<cuda::Device>>& devices)
    : exchange_(ExchangeOf(devices, request.device_options)),
      engines_(Load(library, request, devices)),
      info_(InfoOf(library, engines_.front()->ports(), NamesOf(devices))),
      limits_(LimitsOf(engines_.front()->ports(), request, devices.size())),
      buffers_(exchange_.pinned) {}

std::vector<DeviceUse> TrtSession::devices() const {
  std::vector<DeviceUse> uses;
  for (const auto& engine : engines_) uses.push_back(UseOf(*engine->memory(), exchange_));
  return uses;
}

std::shared_ptr<const void> TrtSession::register_memory(void* data, size_t size) const {
  return std::make_shared<cuda::RegisteredMemory>(exchange_.pinned, data, size);
}

std::unique_ptr<Slot> TrtSession::new_slot() {
  const TrtEngine& engine = *engines_[next_++ % engines_.size()];
  return std::make_unique<TrtSlot>(engine, exchange_);
}

}  // namespace deeplab::infer
