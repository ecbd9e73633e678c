#include "addon/inbox.h"

#include "addon/model_handle.h"

namespace deeplab::addon {

void Inbox::sent() {
  std::lock_guard lock(mutex_);
  ++in_flight_;
}

void Inbox::not_sent() {
  std::lock_guard lock(mutex_);
  --in_flight_;
}

// noexcept as CompletionQueue::post is, and for the same reason. One task brings all that is there
// when it runs.
void Inbox::done(pipeline::RequestPtr request) noexcept {
  std::lock_guard lock(mutex_);
  finished_.push_back(std::move(request));
  if (finished_.size() == 1) {
    completions_->post([handle = handle_](Napi::Env env) { handle->settle_finished(env); });
  }
  if (--in_flight_ == 0) none_.notify_all();
}

void Inbox::take(std::vector<pipeline::RequestPtr>* finished) {
  std::lock_guard lock(mutex_);
  finished->clear();
  finished->swap(finished_);
}

void Inbox::wait() {
  std::unique_lock lock(mutex_);
  none_.wait(lock, [this] { return in_flight_ == 0; });
}

}  // namespace deeplab::addon
