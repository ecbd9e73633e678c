#include "addon/build_engine.h"

#include <atomic>
#include <cstdio>
#include <memory>
#include <optional>
#include <utility>

#include "addon/border.h"
#include "addon/convert_spec.h"
#include "addon/env_state.h"
#include "addon/js_error.h"
#include "infer/engine_build.h"

namespace deeplab::addon {
namespace {

constexpr const char* kPrecisions[] = {"fp32", "fp16", "bf16"};

std::array<int, 3> ReadThree(Napi::Object from, const char* field) {
  const Napi::Array list = ReadArray(from, field);
  if (list.Length() != 3) BorderError(field, "an array of 3 whole numbers");
  std::array<int, 3> three;
  for (uint32_t i = 0; i < 3; ++i) {
    const Napi::Value value = list[i];
    const double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : -1;
    if (!(number >= 0 && number <= INT32_MAX)) BorderError(field, "an array of 3 whole numbers");
    three[i] = static_cast<int>(number);
  }
  return three;
}

uint64_t ReadByteCount(Napi::Object from, const char* field) {
  const double value = ReadNumber(from, field);
  if (!(value >= 0 && value <= 9007199254740991.0)) BorderError(field, "a number of bytes");
  return static_cast<uint64_t>(value);
}

infer::EngineBuildRequest ReadSpec(Napi::Object spec) {
  infer::EngineBuildRequest request;
  request.model_path = ReadString(spec, "modelPath");
  request.model_parts = ReadParts(ReadArray(spec, "modelParts"));
  request.is_quantized = ReadBool(spec, "isQuantized");
  request.plan_path = ReadString(spec, "planPath");
  request.timing_cache_path = ReadString(spec, "timingCachePath");
  request.candidates = ReadCandidates(ReadArray(spec, "libraryCandidates"));
  request.device = ReadInt(spec, "ordinal");
  request.precision =
      static_cast<infer::EnginePrecision>(ReadChoice(spec, "precision", kPrecisions));
  request.workspace = ReadByteCount(spec, "workspace");
  request.batch = ReadThree(spec, "batch");
  const std::array<int, 3> heights = ReadThree(spec, "heights");
  const std::array<int, 3> widths = ReadThree(spec, "widths");
  for (size_t i = 0; i < 3; ++i) request.size[i] = {heights[i], widths[i]};
  return request;
}

Napi::Object TargetObject(Napi::Env env, const infer::EngineTargetFacts& facts) {
  Napi::Object to = Napi::Object::New(env);
  to.Set("libraryVersion", facts.library_version);
  to.Set("gpu", facts.gpu);
  to.Set("computeCapability", facts.compute_capability);
  to.Set("driver", facts.driver);
  return to;
}

Napi::Array DimsArray(Napi::Env env, const std::vector<int64_t>& dims) {
  Napi::Array list = Napi::Array::New(env);
  for (const int64_t size : dims) list.Set(list.Length(), static_cast<double>(size));
  return list;
}

Napi::Object BuiltObject(Napi::Env env, const infer::EngineBuildFacts& facts) {
  Napi::Object to = Napi::Object::New(env);
  to.Set("target", TargetObject(env, facts.target));
  to.Set("inputDims", DimsArray(env, facts.input_dims));
  to.Set("outputDims", DimsArray(env, facts.output_dims));
  to.Set("planByteLength", static_cast<double>(facts.plan_size));
  to.Set("timingCache", facts.timing_cache);
  return to;
}

// Tells JavaScript of progress, and stderr of log lines and phases. `on_event` is touched by the
// JavaScript thread only, which deletes it when the build is settled; an environment that ends
// before that takes the reference with it.
class Listener final : public infer::EngineBuildListener {
 public:
  Listener(EnvState& state, Napi::FunctionReference* on_event)
      : state_(state), queue_(state.shared_completions()), on_event_(on_event) {}

  void phase_started(const std::string& phase, const std::string& parent, int steps) override {
    say("[phase] ", phase);
    post("start", phase, parent, steps);
  }
  void step_completed(const std::string& phase, int step) override {
    post("step", phase, "", step);
  }
  void phase_finished(const std::string& phase) override { post("finish", phase, "", 0); }

  void logged(bool is_error, const std::string& text) override {
    say(is_error ? "[error] " : "[warning] ", text);
  }

  bool is_cancelled() const noexcept override { return cancelled_ || state_.down(); }
  void cancel() noexcept { cancelled_ = true; }

 private:
  // One line, written when this returns.
  static void say(const char* kind, std::string text) {
    for (char& c : text) c = c == '\n' || c == '\r' ? ' ' : c;
    std::fprintf(stderr, "%s%s\n", kind, text.c_str());
    std::fflush(stderr);
  }

  void post(const char* kind, const std::string& phase, const std::string& parent, int number) {
    queue_->post([&state = state_, on_event = on_event_, kind, phase, parent, number](Napi::Env e) {
      if (state.down()) return;
      const Napi::HandleScope scope(e);
      on_event->Call({Napi::String::New(e, kind), Napi::String::New(e, phase),
                      Napi::String::New(e, parent), Napi::Number::New(e, number)});
    });
  }

  EnvState& state_;  // joins the building thread before it goes
  const std::shared_ptr<CompletionQueue> queue_;
  Napi::FunctionReference* const on_event_;
  std::atomic<bool> cancelled_{false};
};

// Runs `work` on a thread of its own; `finish(env, result)` makes the promise's value of what it
// returns, back here. `settled` is called before that, here, whatever came out.
template <typename Work, typename Finish, typename Settled>
Napi::Promise InBackground(Napi::Env env, Work work, Finish finish, Settled settled) {
  EnvState& state = EnvState::Of(env);
  if (state.down()) throw Error(ErrorCode::kClosed, "The process is leaving.");
  const auto deferred = Napi::Promise::Deferred::New(env);
  const auto queue = state.shared_completions();
  queue->hold(env);
  state.background().run([=, &state] {
    std::optional<decltype(work())> result;
    std::optional<Error> failed;
    try {
      result = work();
    } catch (...) {
      failed = Describe(std::current_exception());
    }
    queue->post([=, &state](Napi::Env e) {
      if (state.down()) return;
      queue->drop(e);
      settled();
      if (failed) {
        deferred.Reject(ToJs(e, *failed).Value());
      } else {
        deferred.Resolve(finish(e, *result));
      }
    });
  });
  return deferred.Promise();
}

}  // namespace

Napi::Value EngineTarget(const Napi::CallbackInfo& info) {
  return Guard(info.Env(), [&]() -> Napi::Value {
    if (!info[0].IsArray()) BorderError("candidates", "an array");
    if (!info[1].IsNumber()) BorderError("ordinal", "a number");
    const auto candidates = ReadCandidates(info[0].As<Napi::Array>());
    const int ordinal = info[1].As<Napi::Number>().Int32Value();
    return InBackground(
        info.Env(), [candidates, ordinal] { return infer::FindEngineTarget(candidates, ordinal); },
        TargetObject, [] {});
  });
}

Napi::Value BuildEngine(const Napi::CallbackInfo& info) {
  return Guard(info.Env(), [&]() -> Napi::Value {
    if (!info[0].IsObject()) BorderError("spec", "an object");
    if (!info[1].IsFunction()) BorderError("onEvent", "a function");
    const auto request =
        std::make_shared<const infer::EngineBuildRequest>(ReadSpec(info[0].As<Napi::Object>()));
    auto* const on_event =
        new Napi::FunctionReference(Napi::Persistent(info[1].As<Napi::Function>()));
    const auto listener = std::make_shared<Listener>(EnvState::Of(info.Env()), on_event);
    Napi::Object build = Napi::Object::New(info.Env());
    build.Set("cancel", Napi::Function::New(info.Env(), [listener](const Napi::CallbackInfo&) {
                listener->cancel();
              }));
    build.Set("done", InBackground(
                          info.Env(),
                          [request, listener] { return infer::BuildEngine(*request, *listener); },
                          BuiltObject, [on_event] { delete on_event; }));
    return build;
  });
}

}  // namespace deeplab::addon
