#include "builder_config.h"

#include <limits>

#include "log.h"

namespace deeplab::doubles::trt {

int32_t BuilderConfig::addOptimizationProfile(IOptimizationProfile const* profile) noexcept {
  if (MustFail("addOptimizationProfile")) return -1;
  if (profile == nullptr || !profile->isValid()) {
    LogUsage("IBuilderConfig::addOptimizationProfile", "profile->isValid()");
    return -1;
  }
  auto& handle = const_cast<ProfileHandle&>(static_cast<const ProfileHandle&>(*profile));
  profiles_.push_back(&handle.implementation());
  return getNbOptimizationProfiles() - 1;
}

int32_t BuilderConfig::getNbOptimizationProfiles() const noexcept {
  return static_cast<int32_t>(profiles_.size());
}

ITimingCache* BuilderConfig::createTimingCache(void const* bytes, std::size_t size) const noexcept {
  const char* const method = "IBuilderConfig::createTimingCache";
  if (MustFail("createTimingCache")) return nullptr;
  ComputeCapability device;
  int result = 0;
  if (!CurrentCapability(&device, &result)) return LogCuda(method, result), nullptr;
  auto cache = std::make_unique<TimingCacheHandle>(CurrentSettings().version, device);
  if (size > 0 && !cache->implementation().read(bytes, size)) {
    LogError(method, 1, "Serialization",
             "Serialization assertion magicTagRead == kMAGIC_TAG failed.Magic tag does not match");
    return nullptr;
  }
  return cache.release();
}

bool BuilderConfig::setTimingCache(ITimingCache const& cache, bool ignore_mismatch) noexcept {
  const char* const method = "IBuilderConfig::setTimingCache";
  if (MustFail("setTimingCache")) return false;
  ComputeCapability device;
  int result = 0;
  if (!CurrentCapability(&device, &result)) return LogCuda(method, result), false;
  if (!ignore_mismatch && !ImplementationOf(cache).is_for(CurrentSettings().version, device)) {
    LogUsage(method, "The timing cache is of another device or version");
    return false;
  }
  timing_cache_ = &cache;
  return true;
}

void BuilderConfig::setMemoryPoolLimit(MemoryPoolType pool, std::size_t bytes) noexcept {
  pools_[pool] = bytes;
}

std::size_t BuilderConfig::getMemoryPoolLimit(MemoryPoolType pool) const noexcept {
  const auto found = pools_.find(pool);
  return found != pools_.end() ? found->second : std::numeric_limits<std::size_t>::max();
}

void BuilderConfig::setBuilderOptimizationLevel(int32_t level) noexcept {
  if (level < 0) return LogUsage("IBuilderConfig::setBuilderOptimizationLevel", "level >= 0");
  level_ = level;
}

BuilderConfig& ImplementationOf(IBuilderConfig& config) {
  return static_cast<BuilderConfigHandle&>(config).implementation();
}

}  // namespace deeplab::doubles::trt
