#include "addon/js_error.h"

namespace deeplab::addon {

Napi::Error ToJs(Napi::Env env, const Error& error) {
  Napi::Error js = Napi::Error::New(env, error.what());
  Napi::Object detail = Napi::Object::New(env);
  for (const auto& [key, value] : error.detail()) detail.Set(key, value);
  js.Set("code", CodeName(error.code()));
  js.Set("detail", detail);
  return js;
}

}  // namespace deeplab::addon
