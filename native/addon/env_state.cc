#include "addon/env_state.h"

#include "addon/model_handle.h"

namespace deeplab::addon {

EnvState::EnvState(Napi::Env env) {
  napi_add_env_cleanup_hook(env, &Shutdown, this);
  completions_ = CompletionQueue::New(env, "deeplab-rt open");
}

EnvState& EnvState::Of(Napi::Env env) { return *env.GetInstanceData<EnvState>(); }

void EnvState::Shutdown(void* self) {
  auto* const state = static_cast<EnvState*>(self);
  for (ModelHandle* handle : state->handles_) handle->abandon();
  state->background_.join();
}

}  // namespace deeplab::addon
