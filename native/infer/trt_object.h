// Taking what TensorRT's factory functions return.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/error.h"
#include "infer/trt_log.h"

namespace deeplab::infer {

// No object lies in the first page of memory: what looks like one there is an error in disguise.
constexpr uintptr_t kFirstPage = 4096;

// Owns what `create()` returns. Without a driver TensorRT logs an error and returns a small number,
// not null; such a thing, and whatever came with an error, is left alone: deleting it would call
// through garbage. Throws Error{kBackendUnavailable} that begins with `failure`.
template <typename Interface, typename Create>
std::unique_ptr<Interface> TakeTrtObject(const std::string& failure, const Create& create) {
  TrtErrorScope errors;
  void* const made = create();
  const bool is_object = reinterpret_cast<uintptr_t>(made) >= kFirstPage;
  if (is_object && !errors.any()) return std::unique_ptr<Interface>(static_cast<Interface*>(made));
  throw Error(ErrorCode::kBackendUnavailable,
              failure + ": " +
                  (errors.any() ? errors.text() : "it returned no object and logged no error"));
}

}  // namespace deeplab::infer
