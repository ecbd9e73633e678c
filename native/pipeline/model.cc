#include "pipeline/model.h"

#include <algorithm>
#include <system_error>

#include "core/memory.h"
#include "core/spin.h"
#include "core/thread_pool.h"
#include "pipeline/lane.h"

namespace deeplab::pipeline {
namespace {

// Without a measurement: what waits goes together.
BatchRule UnmeasuredRule(const infer::BatchLimits& limits) {
  return {limits.max_batch, limits.max_batch};
}

// Who sets a delay asks for sharing.
bool Doubtful(const infer::BatchLimits& limits, const SchedulerOptions& options) {
  return limits.min_batch < limits.max_batch && options.max_batch_delay_ms <= 0;
}

Error DeadlineError(const Request& request, Request::Clock::time_point now) {
  const double waited = std::chrono::duration<double, std::milli>(now - request.submitted).count();
  return Error(ErrorCode::kDeadlineExceeded,
               "The request's deadline passed before its turn came; nothing of it was run.",
               {{"waitedMs", std::to_string(waited)}});
}

}  // namespace

std::shared_ptr<Model> Model::Over(std::unique_ptr<infer::Session> session,
                                   const SchedulerOptions& options, const Stages& stages) {
  return std::shared_ptr<Model>(new Model(std::move(session), "", options, stages));
}

Model::Model(std::unique_ptr<infer::Session> session, std::string reason,
             const SchedulerOptions& options, const Stages& stages)
    : session_(std::move(session)),
      reason_(std::move(reason)),
      options_(options),
      rule_(UnmeasuredRule(session_->limits())),
      trial_(Doubtful(session_->limits(), options)),
      counters_(session_->limits().max_batch) {
  if (options_.max_in_flight < 1) options_.max_in_flight = std::max(session_->limits().slots, 1);
  try {
    start_lanes(stages);
  } catch (...) {
    stop();
    throw;
  }
}

// All lanes are there before the first runs: it reads their number.
void Model::start_lanes(const Stages& stages) {
  MaySpin();  // reads files: not when the first answer is near
  for (int i = 0; i < options_.max_in_flight; ++i) {
    lanes_.push_back(std::make_unique<Lane>(*session_, stages));
  }
  for (const auto& lane : lanes_) {
    lane->thread = std::thread([this, &lane = *lane] {
      // Where a core was left free for the event loop, the stages leave it free too.
      ThreadPool::LimitThisThread(info().intra_op_threads);
      serve(lane);
    });
  }
}

void Model::stop() noexcept {
  {
    std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  watch_.notify_all();
  for (const auto& lane : lanes_) {
    if (lane->thread.joinable()) lane->thread.join();
  }
  if (deadline_watch_.joinable()) deadline_watch_.join();
}

Model::~Model() {
  stop();
  lanes_.clear();
  session_.reset();
  ReturnFreeMemory();
}

void Model::submit(RequestPtr given) {
  Request& request = *given;
  request.submitted = Request::Clock::now();
  request.results.resize(request.images.size());
  std::unique_lock lock(mutex_);
  admit(request);
  if (request.options.deadline && !deadline_watch_.joinable()) {
    deadline_watch_ = std::thread([this] { watch_deadlines(); });
  }
  const auto deadline = queue_.next_deadline();
  given.release();
  queue_.push(request);
  active_.push_back(request);
  ++counters_.submitted;
  // A lane that looks out for work needs no call, unless there is more than it takes.
  const bool seen = spinning_ > 0 && queue_.images() == request.units();
  const bool joins = absorbing_ != nullptr;
  const bool sooner = queue_.next_deadline() < deadline;
  // Whoever is woken wants the lock. The model lives: its caller holds it.
  lock.unlock();
  arrivals_.fetch_add(1, std::memory_order_release);
  if (joins) turn_.notify_all();
  if (!seen) wake_.notify_one();
  if (sooner) watch_.notify_one();
}

// Throws where there is no room. Each idle lane is about to take an image: those do not wait.
void Model::admit(const Request& request) {
  const size_t bound = static_cast<size_t>(std::max(options_.max_queue, 0));
  const size_t waiting = queue_.images();
  const size_t room = bound + static_cast<size_t>(idle_lanes());
  if (bound == 0 || waiting == 0 || waiting + request.units() <= room) return;
  ++counters_.rejected;
  const std::string images = std::to_string(request.units());
  throw Error(ErrorCode::kQueueFull,
              "The model's queue is full: " + std::to_string(waiting) +
                  " images wait and at most " + std::to_string(bound) + " may, so " + images +
                  " more were refused.",
              {{"waiting", std::to_string(waiting)},
               {"maxQueue", std::to_string(bound)},
               {"images", images}});
}

void Model::Settle(WaitingList* settled) noexcept {
  while (Request* const request = settled->pop_front()) {
    const std::shared_ptr<Listener> listener = std::move(request->listener);
    listener->done(RequestPtr(request));
  }
}

// With the lock.
void Model::expire(WaitingList* settled) {
  const auto now = Request::Clock::now();
  WaitingList expired;
  queue_.expire(now, &expired);
  while (Request* const request = expired.pop_front()) {
    request->error = DeadlineError(*request, now);
    active_.erase(*request);
    counters_.settled(*request);
    settled->push_back(*request);
  }
}

// A thread of its own: lanes may be busy when a deadline comes.
void Model::watch_deadlines() {
  WaitingList settled;
  std::unique_lock lock(mutex_);
  while (!stop_) {
    const auto next = queue_.next_deadline();
    if (next == Request::Clock::time_point::max()) {
      watch_.wait(lock);
    } else if (Request::Clock::now() < next) {
      watch_.wait_until(lock, next);
    } else {
      expire(&settled);
      lock.unlock();
      Settle(&settled);
      lock.lock();
    }
  }
}

template <typename Wanted>
void Model::cancel_where(const Wanted& wanted, const Error& error) {
  WaitingList settled;
  {
    std::lock_guard lock(mutex_);
    for (Request* request = active_.front(); request != nullptr;) {
      Request* const next = ActiveList::Next(*request);
      if (wanted(*request)) {
        const bool unfinished = queue_.remove(*request);
        if (request->running == 0) {
          request->error = error;
          active_.erase(*request);
          counters_.settled(*request);
          settled.push_back(*request);
        } else if (unfinished || error.code() == ErrorCode::kAborted ||
                   request->warm_up.rounds > 0) {
          request->cancel_error = error;  // settled when its batches end
        }
      }
      request = next;
    }
  }
  Settle(&settled);
}

void Model::cancel(uint64_t owner, uint64_t id, const Error& error) {
  cancel_where([&](const Request& r) { return r.owner == owner && r.id == id; }, error);
}

void Model::cancel_all(uint64_t owner, const Error& error) {
  cancel_where([&](const Request& r) { return r.owner == owner; }, error);
}

ModelStats Model::stats() const {
  ModelStats stats;
  std::lock_guard lock(mutex_);
  counters_.write_to(&stats);
  stats.waiting = queue_.images();
  stats.profile = profile_;
  stats.rule = rule_;
  stats.max_in_flight = options_.max_in_flight;
  stats.max_queue = options_.max_queue;
  stats.max_batch_delay_ms = options_.max_batch_delay_ms;
  return stats;
}

}  // namespace deeplab::pipeline
