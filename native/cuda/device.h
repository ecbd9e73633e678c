// One CUDA device of this process: its primary context, the way every call to the driver goes, and
// what all models on it share. The context is the one that TensorRT and ONNX Runtime use as well.
//
// Ownership: Open() gives the same object to all who use a device; whatever lives on the device
// (streams, events, memory, graphs) holds it, and the last of them lets the context go.
// Threads: any thread may call everything here.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <type_traits>

#include "core/error.h"
#include "cuda/device_traits.h"
#include "cuda/driver.h"

namespace deeplab::cuda {

class MemoryPool;
class ModuleCache;
class PinnedMemory;

class Device;

// What the device of this ordinal is; makes no context. Throws Error{kDeviceUnavailable} where
// there is none, {kDeviceFailed}.
DeviceTraits TraitsOf(const Driver& driver, int ordinal);

// Makes a device's context the calling thread's own for a scope, unless it is already. A thread
// that works on a device holds one; what creates or destroys things on the device takes its own.
class Current {
 public:
  // Throws what Device::call() throws.
  explicit Current(const Device& device);
  // For destructors: where it fails, the calls that follow fail too.
  Current(const Driver& driver, CUcontext context) noexcept;
  ~Current();
  Current(const Current&) = delete;
  Current& operator=(const Current&) = delete;

 private:
  const Driver& driver_;
  CUresult result_ = CUDA_SUCCESS;
  bool is_pushed_ = false;
};

// Owns one count of a device's primary context, which the driver keeps once a process.
class PrimaryContext {
 public:
  // Throws Error{kDeviceFailed}.
  PrimaryContext(const Driver& driver, CUdevice device, const std::string& label);
  ~PrimaryContext();
  PrimaryContext(const PrimaryContext&) = delete;
  PrimaryContext& operator=(const PrimaryContext&) = delete;
  CUcontext get() const noexcept { return context_; }

 private:
  const Driver& driver_;
  CUdevice device_;
  CUcontext context_ = nullptr;
};

class Device {
 public:
  // The device of this ordinal ("cuda:0" is 0). Throws Error{kDeviceUnavailable} where there is
  // none.
  static std::shared_ptr<Device> Open(const Driver& driver, int ordinal);
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;
  ~Device();

  int ordinal() const noexcept { return ordinal_; }
  const Driver& driver() const noexcept { return driver_; }
  const DriverApi& api() const noexcept { return driver_.api; }
  const DeviceTraits& traits() const noexcept { return traits_; }
  CUcontext context() const noexcept { return context_.get(); }
  // "cuda:0 (NVIDIA L4)".
  const std::string& label() const noexcept { return label_; }

  // Bytes of the device, for all processes together.
  struct Memory {
    size_t free = 0;
    size_t total = 0;
  };
  Memory memory() const;

  MemoryPool& memory_pool() const noexcept { return *memory_pool_; }
  PinnedMemory& pinned_memory() const noexcept { return *pinned_memory_; }
  ModuleCache& modules() const noexcept { return *modules_; }

  // After a failure that takes the context with it, every call throws the same Error{kDeviceLost},
  // which says what happened first, and none reaches the driver.
  bool is_lost() const noexcept { return is_lost_.load(std::memory_order_acquire); }

  // Calls the driver: call(api().EventRecord, event, stream). The calling thread has the context
  // current where the driver asks for one. Throws Error{kDeviceLost}, {kDeviceOutOfMemory} or
  // {kDeviceFailed} with the call and the driver's name and text of the result.
  template <typename... P>
  void call(const Entry<CUresult(P...)>& entry,
            typename std::common_type<P>::type... arguments) const {
    const CUresult result = attempt(entry, arguments...);
    if (result != CUDA_SUCCESS) fail(entry.name, result);
  }

  // The same where some results are no failures; gives the result, unless the device is lost.
  template <typename... P>
  CUresult attempt(const Entry<CUresult(P...)>& entry,
                   typename std::common_type<P>::type... arguments) const {
    require_usable();
    const CUresult result = entry.call(arguments...);
    if (IsSticky(result)) lose(entry.name, result);
    return result;
  }

  // For destructors: makes the context current and calls, also on a lost device. A failure has
  // nobody to hear of it but the next call.
  template <typename... P>
  void release(const Entry<CUresult(P...)>& entry,
               typename std::common_type<P>::type... arguments) const noexcept {
    const Current current(driver_, context_.get());
    const CUresult result = entry.call(arguments...);
    if (IsSticky(result)) remember_loss(entry.name, result);
  }

  // Throws Error{kDeviceLost} on a lost device.
  void require_usable() const {
    if (is_lost()) throw_lost();
  }

  // Throws what call() throws for this result. `more` goes behind the driver's text.
  [[noreturn]] void fail(const char* call, CUresult result, const std::string& more = "") const;

  // Whether a result means that the context is gone for good.
  static bool IsSticky(CUresult result) noexcept;

 private:
  Device(const Driver& driver, int ordinal);
  [[noreturn]] void lose(const char* call, CUresult result) const;
  void remember_loss(const char* call, CUresult result) const noexcept;
  [[noreturn]] void throw_lost() const;

  const Driver& driver_;
  int ordinal_;
  CUdevice device_;
  DeviceTraits traits_;
  std::string label_;
  PrimaryContext context_;
  mutable std::atomic<bool> is_lost_{false};
  mutable std::mutex loss_mutex_;
  // Of the first sticky result, written once before is_lost_; the call's name is static.
  mutable const char* lost_call_ = nullptr;
  mutable CUresult lost_result_ = CUDA_SUCCESS;
  // Destroyed before the context, the last of them first.
  std::unique_ptr<MemoryPool> memory_pool_;
  std::unique_ptr<PinnedMemory> pinned_memory_;
  std::unique_ptr<ModuleCache> modules_;
};

}  // namespace deeplab::cuda
