// Brings finished work back to one environment's JavaScript thread. Any thread posts; tasks run in
// order on the JavaScript thread. Over one napi_threadsafe_function.
//
// A threadsafe function's memory dies with its environment, at a time other threads cannot see. So
// every call into it is made under mutex_, and its finaliser takes the same mutex to mark it dead;
// from then on tasks are dropped, which must therefore own nothing that belongs to JavaScript.
#pragma once

#include <napi.h>

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace deeplab::addon {

class CompletionQueue {
 public:
  using Task = std::function<void(Napi::Env)>;

  static std::shared_ptr<CompletionQueue> New(Napi::Env env, const char* name);

  // Any thread. noexcept: a completion that cannot even be queued for lack of memory ends the
  // process, because losing it would leave somebody waiting for ever.
  void post(Task task) noexcept;

  // JavaScript thread: work that keeps the event loop alive began, or ended.
  void hold(Napi::Env env);
  void drop(Napi::Env env);

  // JavaScript thread: nothing will be posted any more. Idempotent.
  void close();

 private:
  static void Drain(napi_env env, napi_value, void* context, void*);
  static void Finalize(napi_env env, void* self, void*);

  std::mutex mutex_;
  napi_threadsafe_function function_ = nullptr;  // null once dead
  std::vector<Task> tasks_;
  std::vector<Task> running_;  // JavaScript thread only; kept for its memory
  int holds_ = 0;              // JavaScript thread only
};

}  // namespace deeplab::addon
