// What both factories of libnvinfer do first.
#pragma once

#include <cstdint>

namespace deeplab::doubles::trt {

// What TensorRT returns, and logs, where there is no driver: a number that is no object.
void* WithoutDriver();

// Whether a program of this version may use the library; else an error is in the log.
bool IsOwnVersion(const char* function, int32_t version);

}  // namespace deeplab::doubles::trt
