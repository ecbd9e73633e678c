// Everything that belongs to one JavaScript environment (the main thread, or one Worker), and the
// order in which it goes.
#pragma once

#include <napi.h>

#include <atomic>
#include <memory>
#include <set>

#include "addon/background.h"
#include "addon/completion_queue.h"
#include "addon/errands.h"
#include "addon/log_lines.h"

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
  Errands& errands() { return *errands_; }
  LogLines& log_lines() { return *log_lines_; }

  // True from shutdown() on: nothing new may begin, and what can be ended early is. Any thread.
  bool down() const { return down_; }

  // The environment goes: abort what waits, wait for what runs, join our threads, let the models
  // go. JavaScript's memory, which running work may read, is still there. Idempotent.
  //
  // Called twice over. By process "exit": process.exit() on the main thread runs no cleanup hook,
  // and the libraries' static destructors would run under our threads' feet. And by the cleanup
  // hook: a Worker that is terminated emits no "exit". Hooks run last-in first-out, so threadsafe
  // functions, made later, are closed by then and nothing reaches JavaScript any more.
  void shutdown();

  void add(ModelHandle* handle) { handles_.insert(handle); }
  void remove(ModelHandle* handle) { handles_.erase(handle); }

 private:
  void shut_down_at_exit(Napi::Env env);

  std::shared_ptr<CompletionQueue> completions_;
  std::set<ModelHandle*> handles_;
  Background background_;
  std::unique_ptr<Errands> errands_;
  std::unique_ptr<LogLines> log_lines_;
  std::atomic<bool> down_{false};
};

}  // namespace deeplab::addon
