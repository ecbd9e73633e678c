// A Node.js addon for tests: what is alive in the driver's double of this process (control.h), which
// the product opened. `leaks()` returns the lines; empty where nothing is, or no double was opened.
#include <dlfcn.h>
#include <node_api.h>

#include <cstdlib>

#include "control.h"

namespace {

napi_value Leaks(napi_env env, napi_callback_info) {
  char text[1000] = "";
  const char* const path = std::getenv("DEEPLAB_RT_CUDA");
  void* const library = path != nullptr ? dlopen(path, RTLD_NOW | RTLD_NOLOAD) : nullptr;
  if (library != nullptr) {
    using Function = decltype(&deeplab_double_cuda_leaks);
    const auto leaks = reinterpret_cast<Function>(dlsym(library, "deeplab_double_cuda_leaks"));
    if (leaks == nullptr) {
      napi_throw_error(env, nullptr, "DEEPLAB_RT_CUDA is not the double of the driver");
      return nullptr;
    }
    leaks(text, sizeof text);
  }
  napi_value result = nullptr;
  napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &result);
  return result;
}

}  // namespace

NAPI_MODULE_INIT() {
  napi_value leaks = nullptr;
  napi_create_function(env, "leaks", NAPI_AUTO_LENGTH, Leaks, nullptr, &leaks);
  napi_set_named_property(env, exports, "leaks", leaks);
  return exports;
}
