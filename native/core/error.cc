#include "core/error.h"

namespace deeplab {

const char* CodeName(ErrorCode code) noexcept {
  switch (code) {
#define DEEPLAB_CASE(name, text) \
  case ErrorCode::name:          \
    return text;
    DEEPLAB_ERROR_CODES(DEEPLAB_CASE)
#undef DEEPLAB_CASE
  }
  return "INTERNAL";
}

}  // namespace deeplab
