// How a lane works the queue off. The lock is held wherever the model's state is touched, and never
// while a stage runs.
#include "pipeline/lane.h"

#include <algorithm>

#include "core/spin.h"

namespace deeplab::pipeline {

using Clock = Request::Clock;

void Model::serve(Lane& lane) {
  Batch& batch = *lane.batch;
  WaitingList settled;
  std::unique_lock lock(mutex_);
  while (await_work(lock, &settled)) {
    begin(lane);
    const bool warm_up = batch.units.front().request->warm_up.rounds > 0;
    lock.unlock();
    if (!warm_up) batch.preprocess(lane.capacity);
    lock.lock();
    await_turn(lane, lock);
    lock.unlock();
    warm_up ? measure(lane) : batch.run();
    lock.lock();
    leave_engine();
    lock.unlock();
    if (!warm_up) {
      batch.announce();
      batch.postprocess();
    }
    lock.lock();
    finish(lane, &settled);
    lock.unlock();
    batch.clear();
    Settle(&settled);  // runs others' code and frees buffers: not under the lock
    lock.lock();
  }
}

// Until there is a batch to begin (true), or the model goes.
bool Model::await_work(std::unique_lock<std::mutex>& lock, WaitingList* settled) {
  for (bool worked = tickets_ > 0;; worked = false) {
    if (queue_.next_deadline() != Clock::time_point::max()) expire(settled);
    if (!settled->empty()) {
      lock.unlock();
      Settle(settled);
      lock.lock();
      continue;
    }
    const bool taken =  // by a lane at the engine
        absorbing_ != nullptr && queue_.joins(absorbing_->rule, absorbing_->batch->units);
    Clock::time_point until = Clock::time_point::max();
    if (!queue_.empty() && !taken && !held_back(&until)) return true;
    if (stop_ && queue_.empty()) return false;
    if (worked && !stop_ && until == Clock::time_point::max()) {
      look_out(lock);
    } else if (until == Clock::time_point::max()) {
      wake_.wait(lock);
    } else {
      wake_.wait_until(lock, until);
    }
  }
}

// Who awaits an answer often has the next picture at hand: it comes within the time that sleeping
// and being woken would take both sides. Bounded, and only after work: an idle model sleeps.
void Model::look_out(std::unique_lock<std::mutex>& lock) {
  constexpr std::chrono::microseconds kLongest{200};
  const uint64_t seen = arrivals_.load(std::memory_order_relaxed);
  ++spinning_;
  lock.unlock();
  SpinUntil([&] { return arrivals_.load(std::memory_order_acquire) != seen; }, kLongest);
  lock.lock();
  --spinning_;
}

// Does what is at the front wait for company, and until when?
bool Model::held_back(Clock::time_point* until) const {
  if (options_.max_batch_delay_ms <= 0 || stop_ || !queue_.has_room(rule_)) return false;
  const Request& first = *queue_.front();
  const auto end =
      first.submitted + std::chrono::duration_cast<Clock::duration>(
                            std::chrono::duration<double, std::milli>(options_.max_batch_delay_ms));
  // Whoever is in a hurry is not kept waiting for others; nor is the rest of a list.
  if (first.begun > 0 || Clock::now() >= end) return false;
  if (first.options.deadline && *first.options.deadline <= end) return false;
  *until = end;
  return true;
}

void Model::begin(Lane& lane) {
  lane.rule = rule_;
  queue_.take(lane.rule, &lane.batch->units);
  counters_.running += lane.batch->units.size();
  ++busy_lanes_;
  lane.ticket = tickets_++;
  // Where the engine is busy, images that come meanwhile may join.
  const size_t images = lane.batch->units.size();
  const bool waits = !may_run(lane) && queue_.empty();
  lane.capacity = waits ? std::max(images, static_cast<size_t>(lane.rule.strangers)) : images;
  if (!queue_.empty() && idle_lanes() > 0) wake_.notify_one();
}

bool Model::may_run(const Lane& lane) const noexcept {
  return lane.ticket < left_ + static_cast<uint64_t>(limits().slots);
}

// Until the engine takes the batch; others' images may join it meanwhile.
void Model::await_turn(Lane& lane, std::unique_lock<std::mutex>& lock) {
  std::vector<Unit>& units = lane.batch->units;
  while (!may_run(lane)) {
    const bool room = units.size() < lane.capacity;
    if (room && absorbing_ == nullptr) absorbing_ = &lane;
    if (room && queue_.joins(lane.rule, units)) {
      const size_t before = units.size();
      queue_.take(lane.rule, &units);
      counters_.running += units.size() - before;
      lock.unlock();
      lane.batch->preprocess(lane.capacity);
      lock.lock();
    } else {
      turn_.wait(lock);
    }
  }
  if (absorbing_ == &lane) {
    absorbing_ = nullptr;
    if (lanes_.size() > 2) turn_.notify_all();  // the next one absorbs
  }
  // What this lane did not take is for the others.
  if (!queue_.empty() && idle_lanes() > 0) wake_.notify_one();
}

void Model::leave_engine() {
  ++left_;
  if (lanes_.size() > 1) turn_.notify_all();
}

void Model::learn(const Batch& batch) {
  const size_t images = batch.units.size();
  counters_.batch(images, batch.network_ms());
  if (!trial_.open()) return;
  const Request* const first = batch.units.front().request;
  const bool shared = batch.units.back().request != first;  // a request's images are neighbours
  trial_.ran(images, shared, first->images.front().plan->geometry, batch.network_ms());
  rule_.strangers = trial_.shares() ? limits().max_batch : limits().min_batch;
}

// Which requests are over now? A failed one takes its waiting images with it.
void Model::finish(Lane& lane, WaitingList* settled) {
  Batch& batch = *lane.batch;
  counters_.running -= batch.units.size();
  --busy_lanes_;
  if (batch.ran()) learn(batch);
  for (const Unit& unit : batch.units) {
    Request& request = *unit.request;
    --request.running;
    if (unit.index < request.results.size()) {
      const ImageResult& result = unit.result();
      if (batch.ran()) counters_.image(result.timings);
      if (result.error && !request.error) request.error = result.error;
    }
    if (request.error) queue_.remove(request);
    if (request.running > 0 || Queue::Waits(request)) continue;
    if (request.cancel_error) request.error = request.cancel_error;
    active_.erase(request);
    counters_.settled(request);
    settled->push_back(request);
  }
}

}  // namespace deeplab::pipeline
