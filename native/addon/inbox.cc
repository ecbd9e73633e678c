#include "addon/inbox.h"

#include "addon/model_handle.h"
#include "core/spin.h"

namespace deeplab::addon {

void Inbox::sent() {
  std::lock_guard lock(mutex_);
  ++in_flight_;
}

void Inbox::not_sent() {
  std::lock_guard lock(mutex_);
  --in_flight_;
}

void Inbox::soon() noexcept {
  std::lock_guard lock(mutex_);
  if (announced_ || !finished_.empty()) return;  // it comes anyway
  announced_ = true;
  completions_->post([handle = handle_](Napi::Env env) { handle->settle_announced(env); });
}

void Inbox::await_announced() {
  constexpr std::chrono::microseconds kLongest{50};
  SpinUntil([this] { return arrived_.load(std::memory_order_acquire); }, kLongest);
  std::lock_guard lock(mutex_);
  announced_ = false;  // what is late brings itself
}

// noexcept as CompletionQueue::post is, and for the same reason. One task brings all that is there
// when it runs.
void Inbox::done(pipeline::RequestPtr request) noexcept {
  std::lock_guard lock(mutex_);
  finished_.push_back(std::move(request));
  arrived_.store(true, std::memory_order_release);
  if (finished_.size() == 1 && !announced_) {
    completions_->post([handle = handle_](Napi::Env env) { handle->settle_finished(env); });
  }
  if (--in_flight_ == 0) none_.notify_all();
}

void Inbox::take(std::vector<pipeline::RequestPtr>* finished) {
  std::lock_guard lock(mutex_);
  finished->clear();
  finished->swap(finished_);
  arrived_.store(false, std::memory_order_relaxed);
}

void Inbox::wait() {
  std::unique_lock lock(mutex_);
  none_.wait(lock, [this] { return in_flight_ == 0; });
}

}  // namespace deeplab::addon
