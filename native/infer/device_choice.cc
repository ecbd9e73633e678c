#include "infer/device_choice.h"

#include "cuda/driver.h"

namespace deeplab::infer {
namespace {

constexpr const char* kPrefix = "cuda:";
constexpr const char* kAll = "cuda:*";

[[noreturn]] void RefuseDevice(const std::string& device, const std::string& backend) {
  const std::string allowed = "auto, cuda:N, cuda:*";
  throw Error(ErrorCode::kDeviceUnavailable,
              "The device \"" + device + "\" cannot be used: " + backend +
                  " runs on GPUs. Pass device: \"auto\" or \"cuda:N\".",
              {{"found", device}, {"allowed", allowed}, {"backend", backend}});
}

const cuda::Driver& UsableDriver(const OpenRequest& request) {
  const cuda::DriverSearch search = cuda::FindDriver(request.candidates);
  if (search.library != nullptr) return *search.library;
  throw Error(ErrorCode::kDeviceUnavailable, cuda::DescribeFailure(search), search.refused);
}

int OrdinalOf(const std::string& device, const std::string& backend) {
  if (device == "auto" || device == kAll) return 0;
  const std::string prefix = kPrefix;
  const std::string number =
      device.compare(0, prefix.size(), prefix) == 0 ? device.substr(prefix.size()) : "";
  const bool is_number = !number.empty() && number.size() <= 3 &&
                         number.find_first_not_of("0123456789") == std::string::npos;
  if (!is_number) RefuseDevice(device, backend);
  return std::stoi(number);
}

}  // namespace

std::vector<std::shared_ptr<cuda::Device>> OpenDevices(const OpenRequest& request,
                                                       const std::string& backend) {
  const int ordinal = OrdinalOf(request.device, backend);
  const cuda::Driver& driver = UsableDriver(request);
  std::vector<std::shared_ptr<cuda::Device>> devices{cuda::Device::Open(driver, ordinal)};
  if (request.device != kAll) return devices;
  for (int other = 1; other < driver.device_count; ++other) {
    // Asked before it is opened: a GPU of another kind may be one that nobody may use.
    if (cuda::IsSameKind(devices.front()->traits(), cuda::TraitsOf(driver, other))) {
      devices.push_back(cuda::Device::Open(driver, other));
    }
  }
  return devices;
}

std::string NamesOf(const std::vector<std::shared_ptr<cuda::Device>>& devices) {
  std::string text;
  for (const auto& device : devices) {
    text += (text.empty() ? "" : ", ") + (kPrefix + std::to_string(device->ordinal()));
  }
  return text;
}

Exchange ExchangeOf(const std::vector<std::shared_ptr<cuda::Device>>& devices,
                    const DeviceOptions& options) {
  const auto& first = devices.front();
  const auto mode = cuda::ChooseMemoryMode(first->traits(), options.memory_mode);
  first->pinned_memory().set_limit(options.pinned_limit);
  return {first, mode, options.graphs};
}

DeviceUse UseOf(const cuda::DeviceMemory& memory, const Exchange& exchange) {
  const cuda::Device& device = *memory.device();
  const cuda::DeviceMemory::Stats used = memory.stats();
  const cuda::PinnedMemory::Stats pinned = exchange.pinned->pinned_memory().stats();
  DeviceUse use;
  use.device = kPrefix + std::to_string(device.ordinal());
  use.name = device.traits().name;
  use.capability = device.traits().capability();
  use.driver = cuda::VersionText(device.driver().version);
  use.driver_path = device.driver().path;
  use.memory_mode = cuda::NameOf(exchange.mode);
  use.total = device.traits().total_memory;
  use.used = used.used;
  use.peak = used.peak;
  use.limit = used.limit == cuda::DeviceMemory::kUnlimited ? 0 : used.limit;
  use.pinned_used = pinned.used;
  use.pinned_idle = pinned.idle;
  use.pinned_limit = pinned.limit;
  return use;
}

}  // namespace deeplab::infer
