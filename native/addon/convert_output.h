// Memory of the caller that a request uses until it settles: pixels that are read in place, and the
// arrays of the option `out`. JavaScript thread only.
#pragma once

#include <napi.h>

#include <cstddef>
#include <vector>

#include "pipeline/request.h"

namespace deeplab::addon {

// Memory that cannot be transferred away is written in place. Node-API cannot hold the memory of an
// ordinary ArrayBuffer, so results of those are copied into it at the end, if it is still there.
struct OutputCopy {
  size_t image;
  bool is_confidence;
  size_t bytes;  // of the map
  Napi::ObjectReference array;
};

struct CallerMemory {
  std::vector<Napi::ObjectReference> pins;  // arrays that native code reads or writes in place
  std::vector<OutputCopy> copies;
};

// Reads the two `out` fields of image `index` (NativeImage in lib/native.ts), whose plan is known.
// Throws Error{kOptionInvalid} where an array is too small.
void ReadOutput(Napi::Object from, size_t index, int id_bytes, pipeline::InputImage* image,
                CallerMemory* memory);

// Throws Error{kOptionInvalid} where two maps of the request would lie over each other.
void CheckOutputOverlaps(const std::vector<pipeline::InputImage>& images, int id_bytes,
                         const CallerMemory& memory);

// Copies finished maps to where the caller wants them. Throws Error{kOptionInvalid} where such an
// array was transferred or made shorter meanwhile.
void FillOutputs(pipeline::Request* request, const CallerMemory& memory);

}  // namespace deeplab::addon
