// The one list of error codes and the one exception type of native code. Every failure that a user
// can see is thrown as Error; addon/ turns it into a JavaScript error with `code` and `detail`.
#pragma once

#include <exception>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace deeplab {

// X(enumerator, "NAME_SEEN_IN_JAVASCRIPT"): lib/errors.ts lists the same names, in any order; a
// contract test compares both.
#define DEEPLAB_ERROR_CODES(X)                         \
  X(kPackageInvalid, "PACKAGE_INVALID")                \
  X(kPackageWeightsInvalid, "PACKAGE_WEIGHTS_INVALID") \
  X(kPackageClassMismatch, "PACKAGE_CLASS_MISMATCH")   \
  X(kPackageInputMismatch, "PACKAGE_INPUT_MISMATCH")   \
  X(kImageInvalid, "IMAGE_INVALID")                    \
  X(kImageTooThin, "IMAGE_TOO_THIN")                   \
  X(kImageEmptyCrop, "IMAGE_EMPTY_CROP")               \
  X(kImageSizesDiffer, "IMAGE_SIZES_DIFFER")           \
  X(kOptionInvalid, "OPTION_INVALID")                  \
  X(kBackendUnavailable, "BACKEND_UNAVAILABLE")        \
  X(kBackendFailed, "BACKEND_FAILED")                  \
  X(kEngineInvalid, "ENGINE_INVALID")                  \
  X(kEngineVersionMismatch, "ENGINE_VERSION_MISMATCH") \
  X(kEngineDeviceMismatch, "ENGINE_DEVICE_MISMATCH")   \
  X(kEngineBuildFailed, "ENGINE_BUILD_FAILED")         \
  X(kDeviceUnavailable, "DEVICE_UNAVAILABLE")          \
  X(kDeviceFailed, "DEVICE_FAILED")                    \
  X(kDeviceLost, "DEVICE_LOST")                        \
  X(kDeviceOutOfMemory, "DEVICE_OUT_OF_MEMORY")        \
  X(kNonFiniteLogits, "NON_FINITE_LOGITS")             \
  X(kEmptyBatch, "EMPTY_BATCH")                        \
  X(kOutOfMemory, "OUT_OF_MEMORY")                     \
  X(kAborted, "ABORTED")                               \
  X(kQueueFull, "QUEUE_FULL")                          \
  X(kDeadlineExceeded, "DEADLINE_EXCEEDED")            \
  X(kClosed, "CLOSED")                                 \
  X(kInternal, "INTERNAL")

enum class ErrorCode {
#define DEEPLAB_ENUMERATOR(name, text) name,
  DEEPLAB_ERROR_CODES(DEEPLAB_ENUMERATOR)
#undef DEEPLAB_ENUMERATOR
};

// The name that JavaScript sees.
const char* CodeName(ErrorCode code) noexcept;

// Pairs of "what" and "which": expected, found, path, … Shown under the message and as
// error.detail.
using ErrorDetail = std::vector<std::pair<std::string, std::string>>;

class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& message, ErrorDetail detail = {})
      : std::runtime_error(message), code_(code), detail_(std::move(detail)) {}

  ErrorCode code() const noexcept { return code_; }
  const ErrorDetail& detail() const noexcept { return detail_; }

 private:
  ErrorCode code_;
  ErrorDetail detail_;
};

// Whatever was thrown, as an Error.
Error Describe(const std::exception_ptr& thrown) noexcept;

}  // namespace deeplab
