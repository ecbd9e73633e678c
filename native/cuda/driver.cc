#include "cuda/driver.h"

#include <memory>

namespace deeplab::cuda {
namespace {

Error Refusal(const std::string& reason) { return Error(ErrorCode::kDeviceUnavailable, reason); }

template <typename Signature>
void Bind(void* library, Entry<Signature>* entry) {
  entry->call = reinterpret_cast<Signature*>(FindSymbol(library, entry->name));
}

template <typename Signature>
void BindRequired(void* library, Entry<Signature>* entry) {
  Bind(library, entry);
  if (entry->call != nullptr) return;
  throw Refusal("it is a library, but no CUDA driver of " + VersionText(kMinDriverVersion) +
                " or later (it has no " + entry->name + ")");
}

DriverApi BindDriver(void* library) {
  DriverApi api;
#define DEEPLAB_BIND(member, symbol, parameters) BindRequired(library, &api.member);
  DEEPLAB_CUDA_FUNCTIONS(DEEPLAB_BIND)
#undef DEEPLAB_BIND
#define DEEPLAB_BIND(member, symbol, parameters) Bind(library, &api.member);
  DEEPLAB_CUDA_OPTIONAL_FUNCTIONS(DEEPLAB_BIND)
#undef DEEPLAB_BIND
  return api;
}

void Require(const Driver& driver, CUresult result, const char* call) {
  if (result == CUDA_SUCCESS) return;
  throw Refusal(std::string(call) + " failed: " + driver.describe(result));
}

// The version first: an old driver is named as such, whatever else it cannot do.
void Start(Driver* driver) {
  const DriverApi& api = driver->api;
  Require(*driver, api.DriverGetVersion.call(&driver->version), api.DriverGetVersion.name);
  if (driver->version < kMinDriverVersion) {
    throw Refusal("the driver supports CUDA " + VersionText(driver->version) + "; expected " +
                  VersionText(kMinDriverVersion) + " or later: update the NVIDIA driver");
  }
  Require(*driver, api.Init.call(0), api.Init.name);
  Require(*driver, api.DeviceGetCount.call(&driver->device_count), api.DeviceGetCount.name);
  if (driver->device_count < 1) throw Refusal("the driver works, but finds no device");
}

const Driver* OpenDriver(const std::string& path) {
  static auto* const opened = new OpenedLibraries<Driver>();  // outlives every thread
  return opened->open(path, [](void* handle, const std::string& named) {
    auto driver = std::make_unique<Driver>();
    driver->api = BindDriver(handle);
    driver->path = LibraryFile(reinterpret_cast<void*>(driver->api.Init.call), named);
    Start(driver.get());
    return driver;
  });
}

}  // namespace

std::string VersionText(int version) {
  return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

std::string Driver::describe(CUresult result) const {
  const char* name = nullptr;
  const char* text = nullptr;
  api.GetErrorName.call(result, &name);
  api.GetErrorString.call(result, &text);
  const std::string shown = name != nullptr ? name : "CUDA error " + std::to_string(result);
  return text != nullptr ? shown + " (" + text + ")" : shown;
}

bool Driver::has_memory_pools() const noexcept {
  return api.MemPoolCreate.call != nullptr && api.MemPoolDestroy.call != nullptr &&
         api.MemPoolTrimTo.call != nullptr && api.MemAllocFromPoolAsync.call != nullptr &&
         api.MemFreeAsync.call != nullptr;
}

DriverSearch FindDriver(const std::vector<LibraryCandidate>& candidates) {
  return SearchLibrary<Driver>(candidates, kDriverLibrary, OpenDriver);
}

std::string DescribeFailure(const DriverSearch& search) {
  return DescribeRefusals("CUDA", search.refused);
}

}  // namespace deeplab::cuda
