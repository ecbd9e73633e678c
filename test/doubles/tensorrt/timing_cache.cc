#include "timing_cache.h"

#include <cstring>

#include "log.h"

namespace deeplab::doubles::trt {
namespace {

struct Header {
  char magic[8] = {'D', 'L', 'T', 'i', 'm', 'e', 's', '1'};
  Version version;
  ComputeCapability device;
  uint64_t count = 0;
};

}  // namespace

IHostMemory* TimingCache::serialize() const noexcept {
  Header header;
  header.version = version_;
  header.device = device_;
  header.count = layers_.size();
  std::string bytes(reinterpret_cast<const char*>(&header), sizeof header);
  for (const uint64_t layer : layers_) {
    bytes.append(reinterpret_cast<const char*>(&layer), sizeof layer);
  }
  return new HostMemoryHandle(bytes);
}

bool TimingCache::combine(ITimingCache const& other, bool ignore_mismatch) noexcept {
  const TimingCache& added = ImplementationOf(other);
  if (!ignore_mismatch && !added.is_for(version_, device_)) {
    LogUsage("ITimingCache::combine", "The two caches are of different devices or versions");
    return false;
  }
  layers_.insert(added.layers_.begin(), added.layers_.end());
  return true;
}

bool TimingCache::reset() noexcept {
  layers_.clear();
  return true;
}

bool TimingCache::read(const void* bytes, size_t size) {
  Header header;
  const Header expected;
  if (size < sizeof header) return false;
  std::memcpy(static_cast<void*>(&header), bytes, sizeof header);
  const bool is_one = std::memcmp(header.magic, expected.magic, sizeof header.magic) == 0 &&
                      (size - sizeof header) / sizeof(uint64_t) == header.count &&
                      (size - sizeof header) % sizeof(uint64_t) == 0;
  if (!is_one) return false;
  version_ = header.version;
  device_ = header.device;
  const char* at = static_cast<const char*>(bytes) + sizeof header;
  for (uint64_t i = 0; i < header.count; ++i, at += sizeof(uint64_t)) {
    uint64_t layer = 0;
    std::memcpy(&layer, at, sizeof layer);
    layers_.insert(layer);
  }
  return true;
}

bool TimingCache::is_for(const Version& version, const ComputeCapability& device) const noexcept {
  return VersionText(version_) == VersionText(version) && device_.major == device.major &&
         device_.minor == device.minor;
}

TimingCache& ImplementationOf(ITimingCache const& cache) {
  return const_cast<TimingCacheHandle&>(static_cast<const TimingCacheHandle&>(cache))
      .implementation();
}

}  // namespace deeplab::doubles::trt
