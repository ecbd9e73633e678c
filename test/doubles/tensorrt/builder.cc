#include "builder.h"

#include "build.h"
#include "builder_config.h"
#include "gpu.h"
#include "log.h"
#include "network.h"

namespace deeplab::doubles::trt {
namespace {

// Of the current device; 0.0 where there is none.
ComputeCapability Capability() {
  ComputeCapability device;
  int result = 0;
  CurrentCapability(&device, &result);
  return device;
}

}  // namespace

bool Builder::platformHasFastFp16() const noexcept { return Capability().major >= 7; }
bool Builder::platformHasFastInt8() const noexcept { return Capability().major >= 7; }
bool Builder::platformHasTf32() const noexcept { return Capability().major >= 8; }

IBuilderConfig* Builder::createBuilderConfig() noexcept {
  return MustFail("createBuilderConfig") ? nullptr : new BuilderConfigHandle(factory_);
}

INetworkDefinition* Builder::createNetworkV2(NetworkDefinitionCreationFlags flags) noexcept {
  return MustFail("createNetworkV2") ? nullptr : new NetworkHandle(factory_, owner, flags);
}

IOptimizationProfile* Builder::createOptimizationProfile() noexcept {
  if (MustFail("createOptimizationProfile")) return nullptr;
  profiles_.push_back(std::make_unique<ProfileHandle>());
  return profiles_.back().get();
}

IHostMemory* Builder::buildSerializedNetwork(INetworkDefinition& network,
                                             IBuilderConfig& config) noexcept {
  if (MustFail("buildSerializedNetwork")) return nullptr;
  std::string plan = BuildPlan(ImplementationOf(network), ImplementationOf(config));
  if (plan.empty()) return nullptr;
  Count(&deeplab_double_trt_counters::built);
  return new HostMemoryHandle(std::move(plan));
}

bool Builder::isNetworkSupported(INetworkDefinition const& network,
                                 IBuilderConfig const& config) const noexcept {
  return IsBuildable(ImplementationOf(const_cast<INetworkDefinition&>(network)),
                     ImplementationOf(const_cast<IBuilderConfig&>(config)));
}

ILogger* Builder::getLogger() const noexcept { return TheLogger(); }

bool Builder::setMaxThreads(int32_t threads) noexcept {
  if (threads < 1) return LogUsage("IBuilder::setMaxThreads", "maxThreads > 0"), false;
  max_threads_ = threads;
  return true;
}

}  // namespace deeplab::doubles::trt
