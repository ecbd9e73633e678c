#include "cuda/device.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "cuda/memory_pool.h"
#include "cuda/module.h"
#include "cuda/pinned_memory.h"

namespace deeplab::cuda {
namespace {

// After one of these the context answers every call with the same result: CUDA has no way back for
// the process.
constexpr CUresult kSticky[] = {
    CUDA_ERROR_DEINITIALIZED,
    CUDA_ERROR_ECC_UNCORRECTABLE,
    CUDA_ERROR_NVLINK_UNCORRECTABLE,
    CUDA_ERROR_ILLEGAL_ADDRESS,
    CUDA_ERROR_LAUNCH_TIMEOUT,
    CUDA_ERROR_CONTEXT_IS_DESTROYED,
    CUDA_ERROR_ASSERT,
    CUDA_ERROR_HARDWARE_STACK_ERROR,
    CUDA_ERROR_ILLEGAL_INSTRUCTION,
    CUDA_ERROR_MISALIGNED_ADDRESS,
    CUDA_ERROR_INVALID_ADDRESS_SPACE,
    CUDA_ERROR_INVALID_PC,
    CUDA_ERROR_LAUNCH_FAILED,
    CUDA_ERROR_MPS_CLIENT_TERMINATED,
    CUDA_ERROR_EXTERNAL_DEVICE,
    721,  // CUDA_ERROR_TENSOR_MEMORY_LEAK, which CUDA 12.6 has no name for
    226,  // CUDA_ERROR_CONTAINED, likewise
};

// Devices in use, by driver and ordinal.
struct OpenedDevices {
  std::mutex mutex;
  std::map<std::pair<const Driver*, int>, std::weak_ptr<Device>> by_ordinal;
};

OpenedDevices& Opened() {
  static auto* const opened = new OpenedDevices();  // outlives every thread
  return *opened;
}

void RequireOrdinal(const Driver& driver, int ordinal) {
  if (ordinal >= 0 && ordinal < driver.device_count) return;
  const int last = driver.device_count - 1;
  const std::string there = last == 0 ? "only cuda:0" : "cuda:0 to cuda:" + std::to_string(last);
  throw Error(ErrorCode::kDeviceUnavailable,
              "There is no cuda:" + std::to_string(ordinal) + "; the driver has " + there + ".",
              {{"expected", there}, {"found", "cuda:" + std::to_string(ordinal)}});
}

CUdevice HandleOf(const Driver& driver, int ordinal) {
  RequireOrdinal(driver, ordinal);
  CUdevice device = 0;
  const CUresult result = driver.api.DeviceGet.call(&device, ordinal);
  if (result == CUDA_SUCCESS) return device;
  throw Error(ErrorCode::kDeviceUnavailable, "cuda:" + std::to_string(ordinal) +
                                                 " cannot be had: " + driver.api.DeviceGet.name +
                                                 " failed: " + driver.describe(result) + ".");
}

ErrorCode CodeOf(CUresult result) {
  return result == CUDA_ERROR_OUT_OF_MEMORY ? ErrorCode::kDeviceOutOfMemory
                                            : ErrorCode::kDeviceFailed;
}

}  // namespace

DeviceTraits TraitsOf(const Driver& driver, int ordinal) {
  return ReadTraits(driver, HandleOf(driver, ordinal));
}

Current::Current(const Driver& driver, CUcontext context) noexcept : driver_(driver) {
  CUcontext now = nullptr;
  result_ = driver.api.CtxGetCurrent.call(&now);
  if (result_ != CUDA_SUCCESS || now == context) return;
  result_ = driver.api.CtxPushCurrent.call(context);
  is_pushed_ = result_ == CUDA_SUCCESS;
}

Current::Current(const Device& device) : Current(device.driver(), device.context()) {
  device.require_usable();
  if (result_ != CUDA_SUCCESS) device.fail(device.api().CtxPushCurrent.name, result_);
}

Current::~Current() {
  CUcontext popped = nullptr;
  if (is_pushed_) driver_.api.CtxPopCurrent.call(&popped);
}

PrimaryContext::PrimaryContext(const Driver& driver, CUdevice device, const std::string& label)
    : driver_(driver), device_(device) {
  const auto& retain = driver.api.DevicePrimaryCtxRetain;
  const CUresult result = retain.call(&context_, device);
  if (result == CUDA_SUCCESS) return;
  throw Error(CodeOf(result), label + " cannot be used: " + retain.name +
                                  " failed: " + driver.describe(result) + ".");
}

PrimaryContext::~PrimaryContext() { driver_.api.DevicePrimaryCtxRelease.call(device_); }

std::shared_ptr<Device> Device::Open(const Driver& driver, int ordinal) {
  OpenedDevices& opened = Opened();
  const std::lock_guard<std::mutex> lock(opened.mutex);
  std::weak_ptr<Device>& entry = opened.by_ordinal[{&driver, ordinal}];
  std::shared_ptr<Device> device = entry.lock();
  if (device == nullptr) {
    device.reset(new Device(driver, ordinal));
    entry = device;
  }
  return device;
}

Device::Device(const Driver& driver, int ordinal)
    : driver_(driver),
      ordinal_(ordinal),
      device_(HandleOf(driver, ordinal)),
      traits_(ReadTraits(driver, device_)),
      label_("cuda:" + std::to_string(ordinal) + " (" + traits_.name + ")"),
      context_(driver, device_, label_),
      memory_pool_(std::make_unique<MemoryPool>(*this, device_)),
      pinned_memory_(std::make_unique<PinnedMemory>(*this)),
      modules_(std::make_unique<ModuleCache>(*this)) {}

Device::~Device() = default;

Device::Memory Device::memory() const {
  const Current current(*this);
  Memory memory;
  call(api().MemGetInfo, &memory.free, &memory.total);
  return memory;
}

bool Device::IsSticky(CUresult result) noexcept {
  return std::find(std::begin(kSticky), std::end(kSticky), result) != std::end(kSticky);
}

void Device::fail(const char* call, CUresult result, const std::string& more) const {
  if (IsSticky(result)) lose(call, result);
  const std::string found = driver_.describe(result);
  throw Error(CodeOf(result),
              std::string(call) + " failed on " + label_ + ": " + found + "." +
                  (more.empty() ? "" : " ") + more,
              {{"device", label_}, {"call", call}, {"result", found}});
}

void Device::remember_loss(const char* call, CUresult result) const noexcept {
  const std::lock_guard<std::mutex> lock(loss_mutex_);
  if (is_lost()) return;
  lost_call_ = call;
  lost_result_ = result;
  is_lost_.store(true, std::memory_order_release);
}

void Device::lose(const char* call, CUresult result) const {
  remember_loss(call, result);
  throw_lost();
}

void Device::throw_lost() const {
  const std::string found = driver_.describe(lost_result_);
  throw Error(ErrorCode::kDeviceLost,
              label_ + " is lost to this process: " + lost_call_ + " failed: " + found +
                  ". Nothing runs on it any more.",
              {{"device", label_}, {"call", lost_call_}, {"result", found}});
}

}  // namespace deeplab::cuda
