// Timing caches: which layers were measured already, on which device and by which version.
#pragma once

#include <memory>
#include <set>
#include <string>

#include "gpu.h"
#include "objects.h"

namespace deeplab::doubles::trt {

class TimingCache final : public TimingCacheDefaults {
 public:
  TimingCache(const Version& version, const ComputeCapability& device)
      : version_(version), device_(device) {}

  IHostMemory* serialize() const noexcept override;
  bool combine(ITimingCache const& other, bool ignore_mismatch) noexcept override;
  bool reset() noexcept override;

  // False: the bytes are no timing cache.
  bool read(const void* bytes, size_t size);
  bool is_for(const Version& version, const ComputeCapability& device) const noexcept;
  // Whether it was there already.
  bool insert(uint64_t layer) { return !layers_.insert(layer).second; }

 private:
  const Alive alive_{"timing cache"};
  Version version_;
  ComputeCapability device_;
  std::set<uint64_t> layers_;
};

using TimingCacheHandle = Handle<ITimingCache, TimingCache>;

// Every timing cache in this process is of this class.
TimingCache& ImplementationOf(ITimingCache const& cache);

}  // namespace deeplab::doubles::trt
