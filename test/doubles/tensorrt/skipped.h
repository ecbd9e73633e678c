// What the methods do that the double does not have. Included by the generated trt_defaults.h.
#pragma once

#include <NvInfer.h>

#include <type_traits>

namespace deeplab::doubles::trt {

// Says so as an error in the log; where there is nothing that could be returned, ends the process.
void LogSkipped(const char* method) noexcept;
[[noreturn]] void AbortSkipped(const char* method) noexcept;

template <typename Result>
Result Skipped(const char* method) noexcept {
  if constexpr (std::is_reference_v<Result>) {
    AbortSkipped(method);
  } else {
    LogSkipped(method);
    return Result();
  }
}

}  // namespace deeplab::doubles::trt
