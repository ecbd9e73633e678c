// The runtime: reads plans.
#pragma once

#include "objects.h"

namespace deeplab::doubles::trt {

class Runtime final : public RuntimeDefaults {
 public:
  IRuntime* owner = nullptr;

  IRuntime* getPImpl() noexcept override { return owner; }
  ICudaEngine* deserializeCudaEngine(void const* plan, std::size_t size) noexcept override;
  ICudaEngine* deserializeCudaEngine(IStreamReader& reader) noexcept override {
    return RuntimeDefaults::deserializeCudaEngine(reader);
  }
  ILogger* getLogger() const noexcept override;
  bool setMaxThreads(int32_t threads) noexcept override;
  int32_t getMaxThreads() const noexcept override { return max_threads_; }
  void setEngineHostCodeAllowed(bool allowed) noexcept override { host_code_allowed_ = allowed; }
  bool getEngineHostCodeAllowed() const noexcept override { return host_code_allowed_; }

 private:
  const Alive alive_{"runtime"};
  const Factory factory_{"a runtime"};
  std::atomic<int32_t> max_threads_{1};
  std::atomic<bool> host_code_allowed_{false};
};

using RuntimeHandle = Handle<IRuntime, Runtime>;

}  // namespace deeplab::doubles::trt
