#include "addon/completion_queue.h"

#include <utility>

namespace deeplab::addon {

std::shared_ptr<CompletionQueue> CompletionQueue::New(Napi::Env env, const char* name) {
  auto queue = std::make_shared<CompletionQueue>();
  // The threadsafe function owns one reference until it is finalised.
  auto* self = new std::shared_ptr<CompletionQueue>(queue);
  const napi_status status =
      napi_create_threadsafe_function(env, nullptr, nullptr, Napi::String::New(env, name), 0, 1,
                                      self, &Finalize, self, &Drain, &queue->function_);
  if (status != napi_ok) {
    delete self;
    throw Napi::Error::New(env, "napi_create_threadsafe_function failed");
  }
  napi_unref_threadsafe_function(env, queue->function_);
  return queue;
}

void CompletionQueue::post(Task task) noexcept {
  std::lock_guard lock(mutex_);
  if (function_ == nullptr) return;
  tasks_.push_back(std::move(task));
  // While the environment is being torn down this answers napi_closing: the task is never run.
  napi_call_threadsafe_function(function_, nullptr, napi_tsfn_nonblocking);
}

void CompletionQueue::hold(Napi::Env env) {
  if (holds_++ == 0 && function_ != nullptr) napi_ref_threadsafe_function(env, function_);
}

void CompletionQueue::drop(Napi::Env env) {
  if (--holds_ == 0 && function_ != nullptr) napi_unref_threadsafe_function(env, function_);
}

void CompletionQueue::close() {
  std::lock_guard lock(mutex_);
  if (function_ == nullptr) return;
  napi_release_threadsafe_function(function_, napi_tsfn_release);
  function_ = nullptr;
  tasks_.clear();
}

void CompletionQueue::Drain(napi_env env, napi_value, void* context, void*) {
  // A null environment: it is gone, and so may be `context`. Tasks own nothing of it.
  if (env == nullptr) return;
  const auto queue = *static_cast<std::shared_ptr<CompletionQueue>*>(context);
  std::vector<Task> tasks = std::move(queue->running_);
  {
    std::lock_guard lock(queue->mutex_);
    tasks.swap(queue->tasks_);
  }
  for (const Task& task : tasks) {
    try {
      task(Napi::Env(env));
    } catch (...) {
      // Settling a promise fails only while the environment is being terminated. Nobody is left to
      // tell, and throwing into JavaScript would fail (and throw here) for the same reason.
    }
  }
  tasks.clear();
  queue->running_ = std::move(tasks);
}

void CompletionQueue::Finalize(napi_env, void* self, void*) {
  auto* const queue = static_cast<std::shared_ptr<CompletionQueue>*>(self);
  {
    std::lock_guard lock((*queue)->mutex_);
    (*queue)->function_ = nullptr;
    (*queue)->tasks_.clear();
  }
  delete queue;
}

}  // namespace deeplab::addon
