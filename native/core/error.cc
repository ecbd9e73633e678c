#include "core/error.h"

#include <new>

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

Error Describe(const std::exception_ptr& thrown) noexcept {
  try {
    std::rethrow_exception(thrown);
  } catch (const Error& error) {
    return error;
  } catch (const std::bad_alloc&) {
    return Error(ErrorCode::kOutOfMemory, "No memory left.");
  } catch (const std::exception& error) {
    return Error(ErrorCode::kInternal, error.what());
  } catch (...) {
    return Error(ErrorCode::kInternal, "Native code threw something that is no exception.");
  }
}

}  // namespace deeplab
