// A loaded model: one per process and weights, shared by every handle of every environment. Owns
// the session, the queue, and the dispatcher thread that alone touches the session.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "core/condition_variable.h"
#include "infer/backend.h"
#include "pipeline/request.h"

namespace deeplab::pipeline {

class Model {
 public:
  // The model of these weights and options, loaded unless the process has it already. Any thread;
  // takes as long as loading takes. Throws what infer::Open throws.
  static std::shared_ptr<Model> Open(const infer::OpenRequest& request);
  // Models alive in this process.
  static size_t Count();

  // Joins the dispatcher: takes as long as the batch in flight. Nobody may be using the model.
  ~Model();
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  const infer::SessionInfo& info() const noexcept { return session_->info(); }
  const infer::BatchLimits& limits() const noexcept { return session_->limits(); }
  const std::string& reason() const noexcept { return reason_; }

  // Handles that use this model, for model.info(). Any thread.
  void attach() noexcept { ++handles_; }
  void detach() noexcept { --handles_; }
  int handles() const noexcept { return handles_; }

  // Queues a request that has its plans. Any thread.
  void submit(std::shared_ptr<Request> request);

  // Settles the owner's request with this id (or all of them) with an error, unless it is being
  // run: then it ends as usual, but for kAborted, which still replaces the result. Any thread.
  void cancel(uint64_t owner, uint64_t id, const Error& error);
  void cancel_all(uint64_t owner, const Error& error);

 private:
  Model(std::unique_ptr<infer::Session> session, std::string reason);

  void dispatch();  // the dispatcher's loop
  void run(const std::vector<Unit>& batch);
  std::vector<std::shared_ptr<Request>> finish(const std::vector<Unit>& batch);
  template <typename Wanted>
  void cancel_where(const Wanted& wanted, const Error& error);

  std::unique_ptr<infer::Session> session_;
  const std::string reason_;
  std::atomic<int> handles_{0};

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Unit> queue_;
  std::vector<std::shared_ptr<Request>> active_;  // submitted and not done
  bool stop_ = false;
  std::thread dispatcher_;  // last: starts when all else is there
};

}  // namespace deeplab::pipeline
