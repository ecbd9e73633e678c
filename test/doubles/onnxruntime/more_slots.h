// What the proxy needs of ONNX Runtime's C interface beyond the product's own declarations
// (infer/ort_api.h). test/unit/ort-slots.test.ts holds these slots against the independent list
// too.
#pragma once

#include "infer/ort_api.h"

// X(slot, result, name, arguments...), as there.
#define DEEPLAB_DOUBLE_ORT_FUNCTIONS(X)                                             \
  X(0, OrtStatus*, CreateStatus, int32_t, const char*)                              \
  X(9, OrtStatus*, Run, OrtModelSession*, const OrtRunOptions*, const char* const*, \
    const OrtValue* const*, size_t, const char* const*, size_t, OrtValue**)         \
  X(71, OrtStatus*, MemoryInfoGetName, const OrtMemoryInfo*, const char**)          \
  X(72, OrtStatus*, MemoryInfoGetId, const OrtMemoryInfo*, int*)                    \
  X(194, OrtStatus*, GetTensorMemoryInfo, const OrtValue*, const OrtMemoryInfo**)
