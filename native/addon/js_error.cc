#include "addon/js_error.h"

#include <new>

namespace deeplab::addon {

Napi::Error ToJs(Napi::Env env, const Error& error) {
  Napi::Error js = Napi::Error::New(env, error.what());
  Napi::Object detail = Napi::Object::New(env);
  for (const auto& [key, value] : error.detail()) detail.Set(key, value);
  js.Set("code", CodeName(error.code()));
  js.Set("detail", detail);
  return js;
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

}  // namespace deeplab::addon
