#include "core/simd.h"

#include <cstdlib>
#include <string>

#include "core/error.h"

namespace deeplab {
namespace {

std::vector<SimdLevel> Detect() {
  std::vector<SimdLevel> levels{SimdLevel::kScalar};
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    levels.push_back(SimdLevel::kAvx2);
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) {
      levels.push_back(SimdLevel::kAvx512);
    }
  }
#elif defined(__aarch64__)
  levels.push_back(SimdLevel::kNeon);
#endif
  return levels;
}

SimdLevel Choose() {
  const std::vector<SimdLevel>& usable = UsableSimdLevels();
  const char* wanted = std::getenv("DEEPLAB_RT_SIMD");
  if (wanted == nullptr || *wanted == '\0') return usable.back();
  std::string names;
  for (const SimdLevel level : usable) {
    if (std::string(wanted) == Name(level)) return level;
    names += (names.empty() ? "" : ", ") + std::string(Name(level));
  }
  throw Error(ErrorCode::kOptionInvalid,
              "DEEPLAB_RT_SIMD is \"" + std::string(wanted) +
                  "\", but this build on this machine can run: " + names + ".",
              {{"option", "DEEPLAB_RT_SIMD"}, {"found", wanted}, {"allowed", names}});
}

}  // namespace

const char* Name(SimdLevel level) noexcept {
  switch (level) {
    case SimdLevel::kAvx2:
      return "avx2";
    case SimdLevel::kAvx512:
      return "avx512";
    case SimdLevel::kNeon:
      return "neon";
    default:
      return "scalar";
  }
}

int FloatLanes(SimdLevel level) noexcept {
  switch (level) {
    case SimdLevel::kAvx2:
      return 8;
    case SimdLevel::kAvx512:
      return 16;
    default:
      return 4;
  }
}

const std::vector<SimdLevel>& UsableSimdLevels() {
  static const std::vector<SimdLevel>* const levels = new std::vector<SimdLevel>(Detect());
  return *levels;
}

SimdLevel ActiveSimdLevel() {
  static const SimdLevel level = Choose();
  return level;
}

}  // namespace deeplab
