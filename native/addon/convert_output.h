// Memory that a request uses in place until it settles: pixels, and the arrays of the option `out`.
// JavaScript thread only.
#pragma once

#include <napi.h>

#include <cstddef>
#include <vector>

#include "core/held_memory.h"
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
  HeldMemory::Holds holds;  // goes before the pins: a registration ends before its memory
  std::vector<OutputCopy> copies;
};

// Where the class map of image `index`, whose plan is known, goes in place; null: by a copy at the
// end. Throws Error{kOptionInvalid} where the array is too small.
void* ReadOutputIds(const Napi::Uint8Array& array, size_t index, int id_bytes,
                    const plan::Geometry& geometry, CallerMemory* memory);

// The same for the confidence.
float* ReadOutputConfidence(const Napi::Float32Array& array, size_t index,
                            const plan::Geometry& geometry, CallerMemory* memory);

// Throws Error{kOptionInvalid} where two maps of the request would lie over each other, or one over
// pixels that are read in place.
void CheckOutputOverlaps(const std::vector<pipeline::InputImage>& images, int id_bytes,
                         const CallerMemory& memory);

// Copies finished maps to where the caller wants them. Throws Error{kOptionInvalid} where such an
// array was transferred or made shorter meanwhile.
void FillOutputs(pipeline::Request* request, const CallerMemory& memory);

}  // namespace deeplab::addon
