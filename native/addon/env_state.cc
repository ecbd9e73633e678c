#include "addon/env_state.h"

#include "addon/model_handle.h"

namespace deeplab::addon {

namespace {

void OnCleanup(void* state) { static_cast<EnvState*>(state)->shutdown(); }

}  // namespace

EnvState::EnvState(Napi::Env env) {
  napi_add_env_cleanup_hook(env, &OnCleanup, this);
  try {
    completions_ = CompletionQueue::New(env, "deeplab-rt open");
    errands_ = std::make_unique<Errands>(completions_);
    log_lines_ = std::make_unique<LogLines>(completions_);
    shut_down_at_exit(env);
  } catch (...) {
    // A Worker that is terminated while it loads the addon: there is no state to shut down.
    napi_remove_env_cleanup_hook(env, &OnCleanup, this);
    throw;
  }
}

void EnvState::shut_down_at_exit(Napi::Env env) {
  const Napi::Object process = env.Global().Get("process").As<Napi::Object>();
  const auto listener = Napi::Function::New(
      env, [this](const Napi::CallbackInfo&) { shutdown(); }, "deeplab-rt exit");
  process.Get("once").As<Napi::Function>().Call(process,
                                                {Napi::String::New(env, "exit"), listener});
}

EnvState& EnvState::Of(Napi::Env env) { return *env.GetInstanceData<EnvState>(); }

void EnvState::shutdown() {
  if (down_.exchange(true)) return;
  log_lines_->stop();
  for (ModelHandle* handle : handles_) handle->abandon();
  errands_->join();
  background_.join();
}

}  // namespace deeplab::addon
