#include "addon/result_memory.h"

#include <memory>
#include <utility>
#include <vector>

#include "addon/border.h"
#include "addon/caller_bytes.h"
#include "addon/env_state.h"
#include "addon/external_memory.h"
#include "addon/js_error.h"
#include "core/copy.h"

namespace deeplab::addon {
namespace {

struct Copy {
  CallerBytes from;
  void* to;
  size_t bytes;
};

Napi::Array ReadList(const Napi::Value& value, const char* field) {
  if (!value.IsArray()) BorderError(field, "a list");
  return value.As<Napi::Array>();
}

// Ordinary memory can be transferred away at any moment: that is copied here and now.
std::vector<Copy> ReadCopies(const Napi::Array& from, const Napi::Array& to, Errands::Pins* pins) {
  if (from.Length() != to.Length()) BorderError("to", "as many arrays as there are to copy");
  std::vector<Copy> copies;
  for (uint32_t i = 0; i < from.Length(); ++i) {
    const Napi::Uint8Array source = AsBytes(from.Get(i), "from");
    Napi::Uint8Array target = AsBytes(to.Get(i), "to");
    if (source.ByteLength() != target.ByteLength()) BorderError("to", "as long as its source");
    Copy copy{{}, target.Data(), target.ByteLength()};
    if (!copy.from.hold(source, pins)) {
      CopyInBands(copy.to, source.Data(), copy.bytes);
      continue;
    }
    pins->push_back(Napi::Persistent(target.As<Napi::Object>()));
    copies.push_back(std::move(copy));
  }
  return copies;
}

}  // namespace

Napi::Value ReleaseBuffers(const Napi::CallbackInfo& info) {
  return Guard(info.Env(), [&]() -> Napi::Value {
    const Napi::Array list = ReadList(info[0], "buffers");
    for (uint32_t i = 0; i < list.Length(); ++i) {
      const Napi::Value buffer = list.Get(i);
      if (!buffer.IsArrayBuffer()) BorderError("buffers", "ArrayBuffers");
      LetGo(info.Env(), buffer.As<Napi::ArrayBuffer>());
    }
    return info.Env().Undefined();
  });
}

Napi::Value CopyArrays(const Napi::CallbackInfo& info) {
  return Guard(info.Env(), [&]() -> Napi::Value {
    EnvState& state = EnvState::Of(info.Env());
    if (state.down()) throw Error(ErrorCode::kClosed, "The process is leaving.");
    Errands::Pins pins;
    const auto copies = std::make_shared<std::vector<Copy>>(
        ReadCopies(ReadList(info[0], "from"), ReadList(info[1], "to"), &pins));
    const auto work = [copies] {
      for (const Copy& copy : *copies) CopyInBands(copy.to, copy.from.data(), copy.bytes);
    };
    return state.errands().run(info.Env(), std::move(pins), work,
                               [](Napi::Env env) -> Napi::Value { return env.Undefined(); });
  });
}

}  // namespace deeplab::addon
