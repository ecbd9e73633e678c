// A loaded model: one per process, weights and settings, shared by every handle of every
// environment. Owns the session, the queue, and the lanes that work it off.
//
// A lane is a thread with a slot of the session. It takes a batch off the queue, pre-processes it,
// waits for its turn at the engine (in the order in which batches were taken), runs, lets the next
// lane in, post-processes, and settles. With one lane that is one thread that does all of it in
// order; with more, stages of successive batches overlap. Priorities decide what is begun next,
// never what is interrupted.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/condition_variable.h"
#include "infer/backend.h"
#include "pipeline/counters.h"
#include "pipeline/pipeline.h"
#include "pipeline/queue.h"
#include "pipeline/request.h"
#include "pipeline/scheduler.h"
#include "pipeline/sharing_trial.h"

namespace deeplab::pipeline {

class Model {
 public:
  // The model of these weights and settings, loaded unless the process has it already. Any thread;
  // takes as long as loading takes. Throws what infer::Open throws.
  static std::shared_ptr<Model> Open(const infer::OpenRequest& request,
                                     const SchedulerOptions& options = {});
  // A model that Open() does not know, over a session of the caller's.
  static std::shared_ptr<Model> Over(std::unique_ptr<infer::Session> session,
                                     const SchedulerOptions& options, const Stages& stages);
  // Models alive in this process that Open() made.
  static size_t Count();

  // Joins the lanes: takes as long as the batches in flight. Nobody may be using the model.
  ~Model();
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  const infer::SessionInfo& info() const noexcept { return session_->info(); }
  const infer::BatchLimits& limits() const noexcept { return session_->limits(); }
  std::vector<infer::DeviceUse> devices() const { return session_->devices(); }
  // Where copies of callers' pixels go, and pictures that callers fill. Any thread.
  BufferSource& buffers() const noexcept { return session_->buffers(); }
  // As Session::register_memory. Any thread.
  std::shared_ptr<const void> register_memory(void* data, size_t size) const {
    return session_->register_memory(data, size);
  }
  const std::string& reason() const noexcept { return reason_; }

  // Handles that use this model, for model.info(). Any thread.
  void attach() noexcept { ++handles_; }
  void detach() noexcept { --handles_; }
  int handles() const noexcept { return handles_; }

  // Queues a request that has its plans (or is a warm-up) and a listener, which gets it back once,
  // unless this throws: Error{kQueueFull}. A request whose deadline comes before any of its images
  // was begun is settled with kDeadlineExceeded at that time. Any thread.
  void submit(RequestPtr request);

  // Settles the owner's request with this id (or all of them) with an error. What waits is settled
  // at once. What is being run ends first: a request that has nothing waiting is then answered as
  // usual, but for kAborted, which still replaces the result. Any thread.
  void cancel(uint64_t owner, uint64_t id, const Error& error);
  void cancel_all(uint64_t owner, const Error& error);

  // Any thread.
  ModelStats stats() const;

 private:
  struct Lane;

  Model(std::unique_ptr<infer::Session> session, std::string reason,
        const SchedulerOptions& options, const Stages& stages);
  void start_lanes(const Stages& stages);
  void stop() noexcept;

  // What a lane does. Those with a lock hold it on entry and on return.
  void serve(Lane& lane);
  bool await_work(std::unique_lock<std::mutex>& lock, WaitingList* settled);
  void look_out(std::unique_lock<std::mutex>& lock);
  bool held_back(Request::Clock::time_point* until) const;
  void begin(Lane& lane);
  bool may_run(const Lane& lane) const noexcept;
  void await_turn(Lane& lane, std::unique_lock<std::mutex>& lock);
  void leave_engine();
  void finish(Lane& lane, WaitingList* settled);
  void learn(const Batch& batch);
  int idle_lanes() const noexcept { return static_cast<int>(lanes_.size()) - busy_lanes_; }

  void measure(Lane& lane);  // of a warm-up; without the lock
  bool goes_on(const Request& request);

  void admit(const Request& request);
  void watch_deadlines();
  void expire(WaitingList* settled);
  static void Settle(WaitingList* settled) noexcept;
  template <typename Wanted>
  void cancel_where(const Wanted& wanted, const Error& error);

  std::unique_ptr<infer::Session> session_;
  const std::string reason_;
  SchedulerOptions options_;
  std::atomic<int> handles_{0};

  mutable std::mutex mutex_;       // guards everything below
  std::condition_variable wake_;   // lanes without a batch: there is work, or stop
  std::condition_variable turn_;   // lanes at the engine: it is free, or there is company
  std::condition_variable watch_;  // the watch: an earlier deadline, or stop
  Queue queue_;
  ActiveList active_;  // submitted and not settled
  BatchRule rule_;
  SharingTrial trial_;  // decides the rule's strangers while it is open
  BatchProfile profile_;
  Counters counters_;
  int busy_lanes_ = 0;  // between the begin and the end of a batch
  int spinning_ = 0;    // lanes that look out for work
  std::atomic<uint64_t> arrivals_{0};
  uint64_t tickets_ = 0;       // batches that were taken
  uint64_t left_ = 0;          // of these, how many have left the engine
  Lane* absorbing_ = nullptr;  // waits for its turn and would take more images
  bool stop_ = false;
  std::thread deadline_watch_;                // from the first deadline on
  std::vector<std::unique_ptr<Lane>> lanes_;  // fixed once they run
};

}  // namespace deeplab::pipeline
