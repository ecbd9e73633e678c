// How an engine is to be built.
#pragma once

#include <map>
#include <vector>

#include "objects.h"
#include "profile.h"
#include "timing_cache.h"

namespace deeplab::doubles::trt {

class BuilderConfig final : public BuilderConfigDefaults {
 public:
  explicit BuilderConfig(const Factory& builder) : product_(builder) {}

  void setFlags(BuilderFlags flags) noexcept override { flags_ = flags; }
  BuilderFlags getFlags() const noexcept override { return flags_; }
  void clearFlag(BuilderFlag flag) noexcept override { flags_ &= ~Bit(flag); }
  void setFlag(BuilderFlag flag) noexcept override { flags_ |= Bit(flag); }
  bool getFlag(BuilderFlag flag) const noexcept override { return (flags_ & Bit(flag)) != 0; }

  void setProfileStream(const cudaStream_t stream) noexcept override { stream_ = stream; }
  cudaStream_t getProfileStream() const noexcept override { return stream_; }
  int32_t addOptimizationProfile(IOptimizationProfile const* profile) noexcept override;
  int32_t getNbOptimizationProfiles() const noexcept override;
  void setProfilingVerbosity(ProfilingVerbosity verbosity) noexcept override {
    verbosity_ = verbosity;
  }
  ProfilingVerbosity getProfilingVerbosity() const noexcept override { return verbosity_; }

  ITimingCache* createTimingCache(void const* bytes, std::size_t size) const noexcept override;
  bool setTimingCache(ITimingCache const& cache, bool ignore_mismatch) noexcept override;
  ITimingCache const* getTimingCache() const noexcept override { return timing_cache_; }

  void setMemoryPoolLimit(MemoryPoolType pool, std::size_t bytes) noexcept override;
  std::size_t getMemoryPoolLimit(MemoryPoolType pool) const noexcept override;
  void setBuilderOptimizationLevel(int32_t level) noexcept override;
  int32_t getBuilderOptimizationLevel() const noexcept override { return level_; }
  void setHardwareCompatibilityLevel(HardwareCompatibilityLevel level) noexcept override {
    hardware_ = level;
  }
  HardwareCompatibilityLevel getHardwareCompatibilityLevel() const noexcept override {
    return hardware_;
  }
  void setMaxAuxStreams(int32_t streams) noexcept override { aux_streams_ = streams; }
  int32_t getMaxAuxStreams() const noexcept override { return aux_streams_; }
  void setProgressMonitor(IProgressMonitor* monitor) noexcept override { monitor_ = monitor; }
  IProgressMonitor* getProgressMonitor() const noexcept override { return monitor_; }

  const std::vector<const Profile*>& profiles() const noexcept { return profiles_; }

 private:
  static BuilderFlags Bit(BuilderFlag flag) { return 1u << static_cast<uint32_t>(flag); }

  const Alive alive_{"builder config"};
  const Product product_;
  BuilderFlags flags_ = Bit(BuilderFlag::kTF32);
  cudaStream_t stream_ = nullptr;
  std::vector<const Profile*> profiles_;  // the builder's
  ProfilingVerbosity verbosity_ = ProfilingVerbosity::kLAYER_NAMES_ONLY;
  ITimingCache const* timing_cache_ = nullptr;  // the user's
  std::map<MemoryPoolType, size_t> pools_;
  int32_t level_ = 3;
  HardwareCompatibilityLevel hardware_ = HardwareCompatibilityLevel::kNONE;
  int32_t aux_streams_ = 0;
  IProgressMonitor* monitor_ = nullptr;  // the user's
};

using BuilderConfigHandle = Handle<IBuilderConfig, BuilderConfig>;

// Every config in this process is of this class.
BuilderConfig& ImplementationOf(IBuilderConfig& config);

}  // namespace deeplab::doubles::trt
