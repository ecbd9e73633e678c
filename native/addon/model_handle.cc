#include "addon/model_handle.h"

#include <atomic>

#include "addon/border.h"
#include "addon/convert_info.h"
#include "addon/convert_request.h"
#include "addon/convert_result.h"
#include "addon/convert_stats.h"
#include "addon/env_state.h"
#include "addon/external_memory.h"
#include "addon/js_error.h"

namespace deeplab::addon {
namespace {

// Says that a wrapped pointer is a ModelHandle, whatever object a method is called on.
constexpr napi_type_tag kHandleTag{0x6d1c0f5b7a0e4c3d, 0x9f2a84b6e1d05c77};

std::atomic<uint64_t> g_next_owner{1};

const Error& Closed() {
  static const Error* const error = new Error(ErrorCode::kClosed, "The model has been closed.");
  return *error;
}

const Error& Aborted() {
  static const Error* const error = new Error(ErrorCode::kAborted, "The request was aborted.");
  return *error;
}

}  // namespace

ModelHandle::ModelHandle(Napi::Env env, std::shared_ptr<pipeline::Model> model,
                         std::shared_ptr<const pipeline::Package> package, int64_t weight_bytes)
    : state_(&EnvState::Of(env)),
      completions_(CompletionQueue::New(env, "deeplab-rt model")),
      model_(std::move(model)),
      package_(std::move(package)),
      env_(env),
      weight_bytes_(weight_bytes),
      owner_(g_next_owner++),
      inbox_(std::make_shared<Inbox>(completions_, this)) {
  state_->add(this);
  model_->attach();
  Napi::MemoryManagement::AdjustExternalMemory(env, weight_bytes);
}

ModelHandle::~ModelHandle() {
  if (state_ == nullptr) return;
  state_->remove(this);
  completions_->close();
  // Collected without close(): nothing runs (self_ would have held it), but the last handle's model
  // takes a moment to go.
  if (model_) state_->background().run([model = take_model()]() mutable { model.reset(); });
}

Napi::Object ModelHandle::New(Napi::Env env, std::shared_ptr<pipeline::Model> model,
                              std::shared_ptr<const pipeline::Package> package,
                              int64_t weight_bytes) {
  auto handle = std::unique_ptr<ModelHandle>(
      new ModelHandle(env, std::move(model), std::move(package), weight_bytes));
  Napi::Object object = Napi::Object::New(env);
  napi_status status = napi_type_tag_object(env, object, &kHandleTag);
  if (status == napi_ok) {
    status = napi_wrap(
        env, object, handle.get(),
        [](napi_env, void* self, void*) { delete static_cast<ModelHandle*>(self); }, nullptr,
        nullptr);
  }
  if (status != napi_ok) throw Error(ErrorCode::kInternal, "A model handle could not be wrapped.");
  handle.release();
  const auto method = [&](const char* name, auto body) {
    object.Set(name, Napi::Function::New(
                         env,
                         [body](const Napi::CallbackInfo& info) {
                           return Guard(info.Env(), [&] { return body(Unwrap(info), info); });
                         },
                         name));
  };
  using Info = Napi::CallbackInfo;
  method("info", [](ModelHandle& h, const Info& i) { return h.info(i.Env()); });
  method("stats", [](ModelHandle& h, const Info& i) { return h.stats(i.Env()); });
  method("warmUp", [](ModelHandle& h, const Info& i) { return h.warm_up(i); });
  method("infer", [](ModelHandle& h, const Info& i) { return h.infer(i); });
  method("cancel", [](ModelHandle& h, const Info& i) { return h.cancel(i); });
  method("allocate", [](ModelHandle& h, const Info& i) { return h.allocate(i); });
  method("register", [](ModelHandle& h, const Info& i) { return h.register_bytes(i); });
  method("unregister", [](ModelHandle& h, const Info& i) { return h.unregister(i); });
  method("close", [](ModelHandle& h, const Info& i) {
    return h.close(i.Env(), i.This().As<Napi::Object>());
  });
  return object;
}

ModelHandle& ModelHandle::Unwrap(const Napi::CallbackInfo& info) {
  bool ours = false;
  void* handle = nullptr;
  if (info.This().IsObject()) {
    napi_check_object_type_tag(info.Env(), info.This(), &kHandleTag, &ours);
    if (ours) napi_unwrap(info.Env(), info.This(), &handle);
  }
  if (handle == nullptr) {
    throw Error(ErrorCode::kInternal, "A model's method was called on something else.");
  }
  return *static_cast<ModelHandle*>(handle);
}

Napi::Value ModelHandle::info(Napi::Env env) {
  if (!model_) throw Closed();
  return WriteInfo(env, *model_, *package_);
}

Napi::Value ModelHandle::stats(Napi::Env env) {
  if (!model_) throw Closed();
  return WriteStats(env, model_->stats());
}

Napi::Value ModelHandle::infer(const Napi::CallbackInfo& info) {
  return run(info, [this](Napi::Object from, CallerMemory* memory) {
    return ReadInferRequest(from, package_, memory, model_->buffers());
  });
}

Napi::Value ModelHandle::warm_up(const Napi::CallbackInfo& info) {
  return run(info, [](Napi::Object from, CallerMemory*) { return ReadWarmUp(from); });
}

// Reads the first argument as a request and hands it to the model; a promise of its results.
template <typename Read>
Napi::Value ModelHandle::run(const Napi::CallbackInfo& info, const Read& read) {
  const Napi::Env env = info.Env();
  Pending pending{Napi::Promise::Deferred::New(env), {}};
  const Napi::Promise::Deferred deferred = pending.deferred;
  try {
    if (lifecycle_ != State::kOpen) throw Closed();
    if (!info[0].IsObject()) BorderError("request", "an object");
    auto request = read(info[0].As<Napi::Object>(), &pending.memory);
    if (pending_.count(request->id) != 0) BorderError("requestId", "unique among running requests");
    retain(env, info.This().As<Napi::Object>());
    start(env, std::move(request), std::move(pending));
  } catch (const Napi::Error&) {
    throw;
  } catch (...) {
    deferred.Reject(ToJs(env, Describe(std::current_exception())).Value());
    // Not release_if_idle(): while closing, the model may already be on its way out.
    if (lifecycle_ == State::kOpen && pending_.empty()) self_.Reset();
  }
  return deferred.Promise();
}

void ModelHandle::start(Napi::Env env, pipeline::RequestPtr request, Pending pending) {
  request->owner = owner_;
  request->listener = inbox_;
  const uint64_t id = request->id;
  pending_.emplace(id, std::move(pending));
  completions_->hold(env);
  inbox_->sent();
  try {
    model_->submit(std::move(request));
  } catch (...) {
    inbox_->not_sent();
    completions_->drop(env);
    pending_.erase(id);
    throw;
  }
}

void ModelHandle::settle_announced(Napi::Env env) {
  inbox_->await_announced();
  settle_finished(env);
}

void ModelHandle::settle_finished(Napi::Env env) {
  inbox_->take(&finished_);
  for (pipeline::RequestPtr& request : finished_) {
    const Napi::HandleScope scope(env);
    settle(env, request.get());
    request.reset();
  }
}

void ModelHandle::settle(Napi::Env env, pipeline::Request* request) {
  const auto found = pending_.find(request->id);
  Pending pending = std::move(found->second);
  pending_.erase(found);
  completions_->drop(env);
  if (pending.is_cancelled && !request->error) request->error = Aborted();
  try {
    if (request->error) {
      pending.deferred.Reject(ToJs(env, *request->error).Value());
    } else {
      FillOutputs(request, pending.memory);
      pending.deferred.Resolve(request->warm_up.rounds > 0 ? env.Undefined()
                                                           : WriteResults(env, request));
    }
  } catch (const Napi::Error& error) {
    pending.deferred.Reject(error.Value());
  } catch (...) {
    pending.deferred.Reject(ToJs(env, Describe(std::current_exception())).Value());
  }
  release_if_idle(env);
}

Napi::Value ModelHandle::cancel(const Napi::CallbackInfo& info) {
  if (!info[0].IsNumber()) BorderError("requestId", "a number");
  const auto id = static_cast<uint64_t>(info[0].As<Napi::Number>().Int64Value());
  // Its answer may be waiting in the inbox already: arrays of the caller stay as they are all the
  // same.
  if (const auto found = pending_.find(id); found != pending_.end())
    found->second.is_cancelled = true;
  if (model_) model_->cancel(owner_, id, Aborted());
  return info.Env().Undefined();
}

// Memory for one picture: all that lib/ asks for fits into 32 bits.
Napi::Value ModelHandle::allocate(const Napi::CallbackInfo& info) {
  if (lifecycle_ != State::kOpen) throw Closed();
  const double bytes = info[0].IsNumber() ? info[0].As<Napi::Number>().DoubleValue() : 0;
  if (!(bytes >= 1 && bytes <= UINT32_MAX)) BorderError("bytes", "a number from 1 to 2^32 - 1");
  return AdoptForPixels(info.Env(), model_->buffers().acquire(static_cast<size_t>(bytes)));
}

Napi::Value ModelHandle::register_bytes(const Napi::CallbackInfo& info) {
  if (lifecycle_ != State::kOpen) throw Closed();
  return Napi::Number::New(info.Env(), registrations_.add(*model_, AsBytes(info[0], "bytes")));
}

Napi::Value ModelHandle::unregister(const Napi::CallbackInfo& info) {
  if (!info[0].IsNumber()) BorderError("registration", "a number");
  registrations_.remove(info[0].As<Napi::Number>().Uint32Value());
  return info.Env().Undefined();
}

Napi::Value ModelHandle::close(Napi::Env env, Napi::Object self) {
  const auto deferred = Napi::Promise::Deferred::New(env);
  if (lifecycle_ == State::kClosed) {
    deferred.Resolve(env.Undefined());
    return deferred.Promise();
  }
  closers_.push_back(deferred);
  if (lifecycle_ == State::kOpen) {
    lifecycle_ = State::kClosing;
    retain(env, self);
    completions_->hold(env);  // dropped when the model has gone
    model_->cancel_all(owner_, Closed());
    if (pending_.empty()) let_go(env);
  }
  return deferred.Promise();
}

void ModelHandle::retain(Napi::Env, Napi::Object self) {
  if (self_.IsEmpty()) self_ = Napi::Persistent(self);
}

void ModelHandle::release_if_idle(Napi::Env env) {
  if (!pending_.empty()) return;
  if (lifecycle_ == State::kClosing) {
    let_go(env);
  } else {
    self_.Reset();
  }
}

// Nothing runs: the model goes on a thread of its own (the last handle's unloads it), then every
// close() resolves.
void ModelHandle::let_go(Napi::Env) {
  state_->background().run([this, queue = completions_, model = take_model()]() mutable {
    model.reset();
    queue->post([this](Napi::Env js) {
      lifecycle_ = State::kClosed;
      completions_->drop(js);
      for (const auto& closer : closers_) closer.Resolve(js.Undefined());
      closers_.clear();
      completions_->close();
      self_.Reset();
    });
  });
}

// The model leaves this handle, with its plans; whoever gets it lets it go.
std::shared_ptr<pipeline::Model> ModelHandle::take_model() {
  registrations_.clear();
  model_->detach();
  if (state_ != nullptr) Napi::MemoryManagement::AdjustExternalMemory(env_, -weight_bytes_);
  package_.reset();  // its plans hold tables: not until the object is collected
  return std::move(model_);
}

void ModelHandle::abandon() {
  state_ = nullptr;
  lifecycle_ = State::kClosed;  // "exit" listeners that run after ours may still call
  if (!model_) return;
  model_->cancel_all(owner_, Error(ErrorCode::kAborted, "The environment is going."));
  inbox_->wait();
  take_model().reset();
}

}  // namespace deeplab::addon
