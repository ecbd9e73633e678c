#include "cuda/memory_mode.h"

#include "core/error.h"

namespace deeplab::cuda {
namespace {

constexpr MemoryMode kModes[] = {MemoryMode::kCopied, MemoryMode::kMapped, MemoryMode::kManaged};

bool IsPossible(const DeviceTraits& traits, MemoryMode mode) {
  switch (mode) {
    case MemoryMode::kCopied:
      return true;
    case MemoryMode::kMapped:
      return traits.can_map_host_memory;
    case MemoryMode::kManaged:
      return traits.has_managed_memory;
  }
  return false;
}

// Pixels are read about once and maps are written once. Where both sides share one memory, a copy
// is pure loss; over a bus, kernels would wait for every row of it. Managed memory costs a
// hand-over each way on an integrated GPU: only on request.
MemoryMode Best(const DeviceTraits& traits) {
  const bool in_place = traits.is_integrated && IsPossible(traits, MemoryMode::kMapped);
  return in_place ? MemoryMode::kMapped : MemoryMode::kCopied;
}

std::string Possible(const DeviceTraits& traits) {
  std::string names = "auto";
  for (const MemoryMode mode : kModes) {
    if (IsPossible(traits, mode)) names += std::string(", ") + NameOf(mode);
  }
  return names;
}

}  // namespace

const char* NameOf(MemoryMode mode) noexcept {
  switch (mode) {
    case MemoryMode::kCopied:
      return "copied";
    case MemoryMode::kMapped:
      return "mapped";
    case MemoryMode::kManaged:
      return "managed";
  }
  return "";
}

MemoryMode ChooseMemoryMode(const DeviceTraits& traits, const std::string& wanted) {
  if (wanted == "auto") return Best(traits);
  for (const MemoryMode mode : kModes) {
    if (wanted == NameOf(mode) && IsPossible(traits, mode)) return mode;
  }
  const std::string possible = Possible(traits);
  throw Error(ErrorCode::kOptionInvalid,
              "The memory mode of " + traits.name + ": expected one of " + possible + ", found “" +
                  wanted + "”.",
              {{"expected", possible}, {"found", wanted}});
}

}  // namespace deeplab::cuda
