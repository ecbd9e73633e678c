// ONNX Runtime's statuses as exceptions, and its objects as owning pointers.
#pragma once

#include <memory>
#include <string>

#include "core/error.h"
#include "infer/ort_api.h"

namespace deeplab::infer {

// An object of the library and the function that releases it.
template <class T>
using OrtOwned = std::unique_ptr<T, void(DEEPLAB_ORT_CALL*)(T*)>;

// Releases the status and returns its message. `status` is not null.
std::string TakeMessage(const OrtApi& api, OrtStatus* status);

// Throws Error{code, "ONNX Runtime could not <what>: <its own message>"} unless status is null.
void CheckOrt(const OrtApi& api, OrtStatus* status, ErrorCode code, const char* what);

}  // namespace deeplab::infer
