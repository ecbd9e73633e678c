#include "addon/class_map.h"

#include <utility>

#include "addon/border.h"
#include "addon/env_state.h"

namespace deeplab::addon {

void ReadMap(Napi::Object from, ClassMap* map, Errands::Pins* pins) {
  const Napi::Uint8Array bytes = ReadBytes(from, "map");
  map->id_bytes = ReadInt(from, "idBytes");
  if (map->id_bytes != 1 && map->id_bytes != 2) BorderError("idBytes", "1 or 2");
  if (bytes.ByteOffset() % map->id_bytes != 0 || bytes.ByteLength() % map->id_bytes != 0) {
    BorderError("map", "whole ids");
  }
  map->pixels = static_cast<int64_t>(bytes.ByteLength()) / map->id_bytes;
  map->ids.take(bytes, pins);
}

MapSize ReadMapSize(Napi::Object from, int64_t pixels) {
  const MapSize size{ReadInt(from, "width"), ReadInt(from, "height")};
  if (size.width < 0 || size.height < 0 || int64_t{size.width} * size.height != pixels) {
    BorderError("map", "width times height ids (was the array transferred?)");
  }
  return size;
}

void ReadConfidence(Napi::Object from, int64_t pixels, CallerBytes* to, Errands::Pins* pins) {
  const Napi::Float32Array confidence = ReadFloats(from, "confidence");
  if (static_cast<int64_t>(confidence.ElementLength()) != pixels) {
    BorderError("confidence", "as long as the map (was the array transferred?)");
  }
  to->take(confidence, pins);
}

Napi::Object ReadArgument(const Napi::CallbackInfo& info) {
  if (!info[0].IsObject()) BorderError("argument", "an object");
  return info[0].As<Napi::Object>();
}

Napi::Value RunErrand(Napi::Env env, Errands::Pins pins, Errands::Work work,
                      Errands::Finish finish) {
  EnvState& state = EnvState::Of(env);
  if (state.down()) throw Error(ErrorCode::kClosed, "The process is leaving.");
  return state.errands().run(env, std::move(pins), std::move(work), std::move(finish));
}

}  // namespace deeplab::addon
