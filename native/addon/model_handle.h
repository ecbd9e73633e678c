// An environment's handle to a process-wide model: the object that lib/native.ts calls NativeModel.
// Lives on the JavaScript thread; only its inbox is seen by others.
#pragma once

#include <napi.h>

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "addon/completion_queue.h"
#include "addon/convert_output.h"
#include "addon/inbox.h"
#include "addon/registrations.h"
#include "pipeline/model.h"

namespace deeplab::addon {

class EnvState;

class ModelHandle {
 public:
  // A new JavaScript object that owns a new handle. While it holds its model, the garbage collector
  // counts `weight_bytes` behind it: a forgotten handle is more than the few bytes it looks like.
  static Napi::Object New(Napi::Env env, std::shared_ptr<pipeline::Model> model,
                          std::shared_ptr<const pipeline::Package> package, int64_t weight_bytes);
  ~ModelHandle();

  // The environment is going: abort what waits, wait for what runs, let the model go. From then on
  // the handle touches neither JavaScript nor its environment's state.
  void abandon();

  // Settles the promises of what the inbox holds.
  void settle_finished(Napi::Env env);
  // The same for what is about to be there.
  void settle_announced(Napi::Env env);

 private:
  // The JavaScript side of a request.
  struct Pending {
    Napi::Promise::Deferred deferred;
    CallerMemory memory;
    bool is_cancelled = false;
  };
  enum class State { kOpen, kClosing, kClosed };

  ModelHandle(Napi::Env env, std::shared_ptr<pipeline::Model> model,
              std::shared_ptr<const pipeline::Package> package, int64_t weight_bytes);
  static ModelHandle& Unwrap(const Napi::CallbackInfo& info);

  Napi::Value info(Napi::Env env);
  Napi::Value stats(Napi::Env env);
  Napi::Value infer(const Napi::CallbackInfo& info);
  Napi::Value warm_up(const Napi::CallbackInfo& info);
  Napi::Value cancel(const Napi::CallbackInfo& info);
  Napi::Value allocate(const Napi::CallbackInfo& info);
  Napi::Value register_bytes(const Napi::CallbackInfo& info);
  Napi::Value unregister(const Napi::CallbackInfo& info);
  Napi::Value close(Napi::Env env, Napi::Object self);

  template <typename Read>
  Napi::Value run(const Napi::CallbackInfo& info, const Read& read);
  void start(Napi::Env env, pipeline::RequestPtr request, Pending pending);
  void settle(Napi::Env env, pipeline::Request* request);
  void retain(Napi::Env env, Napi::Object self);
  void release_if_idle(Napi::Env env);
  void let_go(Napi::Env env);
  std::shared_ptr<pipeline::Model> take_model();

  EnvState* state_;  // null once abandoned
  std::shared_ptr<CompletionQueue> completions_;
  std::shared_ptr<pipeline::Model> model_;            // null once closed
  std::shared_ptr<const pipeline::Package> package_;  // likewise
  const Napi::Env env_;
  const int64_t weight_bytes_;
  const uint64_t owner_;  // unique in the process
  const std::shared_ptr<Inbox> inbox_;
  std::vector<pipeline::RequestPtr> finished_;  // kept for its memory
  std::unordered_map<uint64_t, Pending> pending_;
  std::vector<Napi::Promise::Deferred> closers_;
  Registrations registrations_;  // empty once closed
  Napi::ObjectReference
      self_;  // strong while there is work: the collector must not take the handle
  State lifecycle_ = State::kOpen;
};

}  // namespace deeplab::addon
