// The builder: makes what a build needs, and builds.
#pragma once

#include <memory>
#include <vector>

#include "objects.h"
#include "profile.h"

namespace deeplab::doubles::trt {

class Builder final : public BuilderDefaults {
 public:
  IBuilder* owner = nullptr;

  bool platformHasFastFp16() const noexcept override;
  bool platformHasFastInt8() const noexcept override;
  bool platformHasTf32() const noexcept override;
  int32_t getNbDLACores() const noexcept override { return 0; }
  IBuilderConfig* createBuilderConfig() noexcept override;
  INetworkDefinition* createNetworkV2(NetworkDefinitionCreationFlags flags) noexcept override;
  IOptimizationProfile* createOptimizationProfile() noexcept override;
  IHostMemory* buildSerializedNetwork(INetworkDefinition& network,
                                      IBuilderConfig& config) noexcept override;
  bool isNetworkSupported(INetworkDefinition const& network,
                          IBuilderConfig const& config) const noexcept override;
  ILogger* getLogger() const noexcept override;
  bool setMaxThreads(int32_t threads) noexcept override;
  int32_t getMaxThreads() const noexcept override { return max_threads_; }

 private:
  const Alive alive_{"builder"};
  const Factory factory_{"a builder"};
  int32_t max_threads_ = 1;
  std::vector<std::unique_ptr<ProfileHandle>> profiles_;
};

using BuilderHandle = Handle<IBuilder, Builder>;

}  // namespace deeplab::doubles::trt
