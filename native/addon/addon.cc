// The addon's entry: one EnvState an environment, and the functions that lib/native.ts declares.

#include <napi.h>

#include "addon/border.h"
#include "addon/build_engine.h"
#include "addon/convert_spec.h"
#include "addon/env_state.h"
#include "addon/export_masks.h"
#include "addon/external_memory.h"
#include "addon/js_error.h"
#include "addon/model_handle.h"
#include "addon/result_memory.h"
#include "addon/visualize.h"
#include "core/copy.h"
#include "core/held_memory.h"
#include "core/log_hub.h"
#include "core/memory.h"
#include "core/simd.h"
#include "core/thread_pool.h"
#include "infer/backend.h"

#ifndef DEEPLAB_SANITIZERS
#define DEEPLAB_SANITIZERS ""
#endif

namespace deeplab::addon {
namespace {

Napi::Array ErrorCodes(Napi::Env env) {
  Napi::Array list = Napi::Array::New(env);
#define DEEPLAB_APPEND(name, text) list.Set(list.Length(), text);
  DEEPLAB_ERROR_CODES(DEEPLAB_APPEND)
#undef DEEPLAB_APPEND
  return list;
}

Napi::Value BuildInfo(const Napi::CallbackInfo& info) {
  Napi::Object to = Napi::Object::New(info.Env());
  to.Set("version", DEEPLAB_VERSION);
#ifdef __VERSION__
  to.Set("compiler", __VERSION__);
#else
  to.Set("compiler", "unknown");
#endif
  to.Set("napiVersion", NAPI_VERSION);
  to.Set("sanitizers", DEEPLAB_SANITIZERS);
  Napi::Array levels = Napi::Array::New(info.Env());
  for (const SimdLevel level : UsableSimdLevels()) levels.Set(levels.Length(), Name(level));
  to.Set("simdLevels", levels);
  return to;
}

Napi::Value CopyBytes(const Napi::CallbackInfo& info) {
  return Guard(info.Env(), [&]() -> Napi::Value {
    const Napi::Uint8Array from = AsBytes(info[0], "bytes");
    HostBuffer copy = BufferPool::Instance().acquire(from.ByteLength());
    CopyInBands(copy.data(), from.Data(), from.ByteLength());
    CountCopiedPixels(from.ByteLength());
    return Adopt(info.Env(), std::move(copy));
  });
}

// Reads no pixels: an array that was transferred away has no address, and is nobody's.
Napi::Value StaysInPlace(const Napi::CallbackInfo& info) {
  return Guard(info.Env(), [&]() -> Napi::Value {
    const Napi::Uint8Array bytes = AsBytes(info[0], "bytes");
    const bool stays = HeldMemory::IsOwned(bytes.Data(), bytes.ByteLength());
    return Napi::Boolean::New(info.Env(), stays);
  });
}

Napi::Value MemoryStats(const Napi::CallbackInfo& info) {
  return Guard(info.Env(), [&] {
    const BufferPool::Stats stats = BufferPool::Instance().stats();
    Napi::Object to = Napi::Object::New(info.Env());
    to.Set("usedBytes", static_cast<double>(stats.used_bytes));
    to.Set("idleBytes", static_cast<double>(stats.idle_bytes));
    to.Set("copiedBytes", static_cast<double>(CopiedPixelBytes()));
    to.Set("models", static_cast<double>(pipeline::Model::Count()));
    to.Set("poolThreads", ThreadPool::Instance().threads());
    return to;
  });
}

// Loads on a thread of its own; the handle is made, and the promise settled, back here.
void OpenInBackground(EnvState& state, std::shared_ptr<ModelSpec> spec,
                      const Napi::Promise::Deferred& deferred) {
  const auto queue = state.shared_completions();
  state.background().run([&state, queue, spec, deferred] {
    std::shared_ptr<pipeline::Model> model;
    std::shared_ptr<const pipeline::Package> package;
    std::optional<Error> failed;
    try {
      std::vector<uint8_t> bytes;
      if (!spec->parts.empty()) bytes = infer::ReadWeights(spec->open.weights_path, spec->parts);
      spec->open.weights_bytes = bytes.data();
      spec->open.weights_size = bytes.size();
      model = pipeline::Model::Open(spec->open, spec->scheduler);
      package = std::make_shared<pipeline::Package>(spec->config, model->info(),
                                                    spec->allow_class_mismatch);
    } catch (...) {
      failed = Describe(std::current_exception());
      model.reset();
    }
    // The handle gets the only reference: close() promises that the model is gone.
    queue->post([queue, deferred, model = std::move(model), package = std::move(package), failed,
                 bytes = spec->weights_byte_length, &state](Napi::Env env) mutable {
      if (state.down()) return;  // nobody is left to hand it to
      queue->drop(env);
      try {
        if (failed) throw *failed;
        deferred.Resolve(ModelHandle::New(env, std::move(model), std::move(package), bytes));
      } catch (const Napi::Error& error) {
        deferred.Reject(error.Value());
      } catch (...) {
        deferred.Reject(ToJs(env, Describe(std::current_exception())).Value());
      }
    });
  });
}

Napi::Value OpenModel(const Napi::CallbackInfo& info) {
  return Guard(info.Env(), [&]() -> Napi::Value {
    if (!info[0].IsObject()) BorderError("spec", "an object");
    ActiveSimdLevel();  // a wrong DEEPLAB_RT_SIMD is an error here, before anything is loaded
    auto spec = std::make_shared<ModelSpec>(ReadModelSpec(info[0].As<Napi::Object>()));
    const auto deferred = Napi::Promise::Deferred::New(info.Env());
    EnvState& state = EnvState::Of(info.Env());
    if (state.down()) throw Error(ErrorCode::kClosed, "The process is leaving.");
    state.completions().hold(info.Env());
    OpenInBackground(state, std::move(spec), deferred);
    return deferred.Promise();
  });
}

Napi::Value ListenToLogs(const Napi::CallbackInfo& info) {
  return Guard(info.Env(), [&]() -> Napi::Value {
    const int level = info[0].IsNumber() ? info[0].As<Napi::Number>().Int32Value() : -1;
    if (level < 0 || level >= kLogLevels) BorderError("level", "a number from 0 to 4");
    if (!info[1].IsFunction()) BorderError("onLines", "a function");
    EnvState& state = EnvState::Of(info.Env());
    if (!state.down()) {
      state.log_lines().listen(static_cast<LogLevel>(level), info[1].As<Napi::Function>());
    }
    return info.Env().Undefined();
  });
}

Napi::Value StopListening(const Napi::CallbackInfo& info) {
  return Guard(info.Env(), [&]() -> Napi::Value {
    EnvState::Of(info.Env()).log_lines().stop();
    return info.Env().Undefined();
  });
}

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  env.SetInstanceData(new EnvState(env));
  exports.Set("errorCodes", ErrorCodes(env));
  exports.Set("buildInfo", Napi::Function::New(env, BuildInfo, "buildInfo"));
  exports.Set("memoryStats", Napi::Function::New(env, MemoryStats, "memoryStats"));
  exports.Set("copyBytes", Napi::Function::New(env, CopyBytes, "copyBytes"));
  exports.Set("staysInPlace", Napi::Function::New(env, StaysInPlace, "staysInPlace"));
  exports.Set("openModel", Napi::Function::New(env, OpenModel, "openModel"));
  exports.Set("engineTarget", Napi::Function::New(env, EngineTarget, "engineTarget"));
  exports.Set("buildEngine", Napi::Function::New(env, BuildEngine, "buildEngine"));
  exports.Set("releaseBuffers", Napi::Function::New(env, ReleaseBuffers, "releaseBuffers"));
  exports.Set("copyArrays", Napi::Function::New(env, CopyArrays, "copyArrays"));
  exports.Set("listenToLogs", Napi::Function::New(env, ListenToLogs, "listenToLogs"));
  exports.Set("stopListening", Napi::Function::New(env, StopListening, "stopListening"));
  exports.Set("countClasses", Napi::Function::New(env, CountClasses, "countClasses"));
  exports.Set("paintOverlay", Napi::Function::New(env, PaintOverlay, "paintOverlay"));
  exports.Set("exportMasks", Napi::Function::New(env, ExportMasks, "exportMasks"));
  exports.Set("paintLegend", Napi::Function::New(env, PaintLegend, "paintLegend"));
  exports.Set("filterPngRows", Napi::Function::New(env, FilterPngRows, "filterPngRows"));
  return exports;
}

}  // namespace

NODE_API_MODULE(deeplab_rt, Init)

}  // namespace deeplab::addon
