// Everything that belongs to one JavaScript environment (the main thread, or one Worker), and the
// order in which it goes.
#pragma once

#include <napi.h>

#include <memory>
#include <set>

#include "addon/background.h"
#include "addon/completion_queue.h"

namespace deeplab::addon {

class ModelHandle;

class EnvState {
 public:
  explicit EnvState(Napi::Env env);
  static EnvState& Of(Napi::Env env);

  // Completions of what has no handle yet: opening a model.
  CompletionQueue& completions() { return *completions_; }
  std::shared_ptr<CompletionQueue> shared_completions() { return completions_; }
  Background& background() { return background_; }

  void add(ModelHandle* handle) { handles_.insert(handle); }
  void remove(ModelHandle* handle) { handles_.erase(handle); }

 private:
  // The environment goes (end of process or of a Worker, in whatever state). Node runs its cleanup
  // hooks last-in first-out: threadsafe functions, made later, are closed already, so nothing
  // reaches JavaScript any more; JavaScript's memory, which running work may read, is still there.
  // Hence: abort what waits, wait for what runs, join our threads, let the models go.
  static void Shutdown(void* self);

  std::shared_ptr<CompletionQueue> completions_;
  std::set<ModelHandle*> handles_;
  Background background_;
};

}  // namespace deeplab::addon
