// Class maps of callers, and the errands that work on them: what counting, painting and exporting
// share.
#pragma once

#include <napi.h>

#include <cstdint>

#include "addon/caller_bytes.h"
#include "addon/errands.h"

namespace deeplab::addon {

struct ClassMap {
  CallerBytes ids;
  int id_bytes = 1;
  int64_t pixels = 0;
};

// The fields map and idBytes; read in place where nobody can take the memory away, else copied.
void ReadMap(Napi::Object from, ClassMap* map, Errands::Pins* pins);

struct MapSize {
  int width = 0;
  int height = 0;
};

// The fields width and height of a map of so many pixels.
MapSize ReadMapSize(Napi::Object from, int64_t pixels);

// The field confidence: one value a pixel of the map, taken as the map is.
void ReadConfidence(Napi::Object from, int64_t pixels, CallerBytes* to, Errands::Pins* pins);

// The one argument, an object.
Napi::Object ReadArgument(const Napi::CallbackInfo& info);

// Runs `work`, which keeps its own state, off this thread.
Napi::Value RunErrand(Napi::Env env, Errands::Pins pins, Errands::Work work,
                      Errands::Finish finish);

}  // namespace deeplab::addon
