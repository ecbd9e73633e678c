// Finished requests of one handle, on their way from the model's threads to its JavaScript thread.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "addon/completion_queue.h"
#include "core/condition_variable.h"
#include "pipeline/request.h"

namespace deeplab::addon {

class ModelHandle;

class Inbox final : public pipeline::Listener {
 public:
  Inbox(std::shared_ptr<CompletionQueue> completions, ModelHandle* handle)
      : completions_(std::move(completions)), handle_(handle) {}

  // JavaScript thread: a request is handed to the model, or could not be.
  void sent();
  void not_sent();

  void soon() noexcept override;
  void done(pipeline::RequestPtr request) noexcept override;

  // JavaScript thread, woken by soon(): waits awake for what was announced, a few microseconds.
  void await_announced();

  // JavaScript thread: what has been finished since, in order; `finished` comes back empty.
  void take(std::vector<pipeline::RequestPtr>* finished);

  // Until nothing is with the model any more.
  void wait();

 private:
  const std::shared_ptr<CompletionQueue> completions_;
  // Used on the JavaScript thread only, and lives: it holds itself while it waits, and after the
  // environment is gone the queue drops the task.
  ModelHandle* const handle_;

  std::mutex mutex_;
  std::condition_variable none_;
  std::vector<pipeline::RequestPtr> finished_;
  size_t in_flight_ = 0;
  bool announced_ = false;            // the JavaScript thread is on its way to await_announced()
  std::atomic<bool> arrived_{false};  // finished_ is not empty
};

}  // namespace deeplab::addon
