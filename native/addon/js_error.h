// Errors on their way to JavaScript: an Error object with `code` and `detail`.
#pragma once

#include <napi.h>

#include <exception>

#include "core/error.h"

namespace deeplab::addon {

Napi::Error ToJs(Napi::Env env, const Error& error);

// Runs the body of a callback; turns what it throws into a JavaScript exception.
template <typename Body>
Napi::Value Guard(Napi::Env env, const Body& body) {
  try {
    return body();
  } catch (const Napi::Error&) {
    throw;
  } catch (...) {
    throw ToJs(env, Describe(std::current_exception()));
  }
}

}  // namespace deeplab::addon
