#include "addon/errands.h"

#include <system_error>
#include <utility>

#include "addon/js_error.h"

namespace deeplab::addon {

Errands::Errands(std::shared_ptr<CompletionQueue> completions)
    : completions_(std::move(completions)) {}

Napi::Promise Errands::run(Napi::Env env, Pins pins, Work work, Finish finish) {
  const auto deferred = Napi::Promise::Deferred::New(env);
  const uint64_t id = ++last_id_;
  pending_.emplace(id, Pending{deferred, std::move(pins), std::move(finish)});
  completions_->hold(env);
  enqueue({id, std::move(work)});
  return deferred.Promise();
}

void Errands::enqueue(Job job) {
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
  }
  wake_.notify_one();
  if (thread_.joinable()) return;
  try {
    thread_ = std::thread([this] { loop(); });
  } catch (const std::system_error&) {
    // No thread to be had (a container's limit): done here and now, late is better than lost.
    const Job now = std::move(jobs_.front());
    jobs_.pop_front();
    perform(now);
  }
}

void Errands::loop() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return stop_ || !jobs_.empty(); });
    if (stop_) return;
    const Job job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    perform(job);
    lock.lock();
  }
}

void Errands::perform(const Job& job) {
  std::shared_ptr<const Error> failed;
  try {
    job.work();
  } catch (...) {
    failed = std::make_shared<Error>(Describe(std::current_exception()));
  }
  // `this` lives as long as its environment; once that is gone the queue drops the task.
  completions_->post([this, id = job.id, failed](Napi::Env env) { settle(env, id, failed); });
}

void Errands::settle(Napi::Env env, uint64_t id, const std::shared_ptr<const Error>& failed) {
  const auto found = pending_.find(id);
  if (found == pending_.end()) return;  // joined since
  const Pending pending = std::move(found->second);
  pending_.erase(found);
  completions_->drop(env);
  try {
    if (failed) throw Error(*failed);
    pending.deferred.Resolve(pending.finish(env));
  } catch (const Napi::Error& error) {
    pending.deferred.Reject(error.Value());
  } catch (...) {
    pending.deferred.Reject(ToJs(env, Describe(std::current_exception())).Value());
  }
}

void Errands::join() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    jobs_.clear();
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
  pending_.clear();  // the references go while the environment is still there
}

}  // namespace deeplab::addon
