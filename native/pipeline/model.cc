#include "pipeline/model.h"

#include <algorithm>
#include <new>

#include "core/memory.h"
#include "core/thread_pool.h"
#include "pipeline/batcher.h"
#include "pipeline/pipeline.h"

namespace deeplab::pipeline {

Model::Model(std::unique_ptr<infer::Session> session, std::string reason)
    : session_(std::move(session)),
      reason_(std::move(reason)),
      dispatcher_([this] { dispatch(); }) {}

Model::~Model() {
  {
    std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  dispatcher_.join();
  session_.reset();
  ReturnFreeMemory();
}

void Model::submit(std::shared_ptr<Request> request) {
  request->submitted = Request::Clock::now();
  request->remaining = request->images.size();
  request->results.resize(request->images.size());
  {
    std::lock_guard lock(mutex_);
    active_.push_back(request);
    try {
      for (size_t i = 0; i < request->images.size(); ++i) queue_.push_back({request, i});
    } catch (...) {
      Remove(queue_, *request);  // all of a request is queued, or nothing
      active_.pop_back();
      throw;
    }
  }
  wake_.notify_one();
}

void Model::dispatch() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return stop_ || !queue_.empty(); });
    if (queue_.empty()) return;
    std::vector<Unit> batch = TakeBatch(queue_, session_->limits());
    for (const Unit& unit : batch) unit.request->running = true;
    lock.unlock();
    run(batch);
    lock.lock();
    std::vector<std::shared_ptr<Request>> done = finish(batch);
    lock.unlock();
    batch.clear();
    for (const auto& request : done) request->done(request);
    done.clear();  // frees buffers: not under the lock
    lock.lock();
  }
}

// Without the lock: the units' requests are marked as running, nobody else touches them.
void Model::run(const std::vector<Unit>& batch) {
  const auto fail = [&](const Error& error) {
    for (const Unit& unit : batch) {
      if (!unit.request->error) unit.request->error = error;
    }
  };
  try {
    RunBatch(*session_, batch, ThreadPool::Instance());
  } catch (const Error& error) {
    fail(error);
  } catch (const std::bad_alloc&) {
    fail(Error(ErrorCode::kOutOfMemory, "No memory left while an image was processed."));
  } catch (const std::exception& error) {
    fail(Error(ErrorCode::kInternal, error.what()));
  } catch (...) {
    fail(Error(ErrorCode::kInternal, "A backend threw something that is no exception."));
  }
}

// With the lock: which requests are over now? A failed one takes its waiting images with it.
std::vector<std::shared_ptr<Request>> Model::finish(const std::vector<Unit>& batch) {
  std::vector<std::shared_ptr<Request>> done;
  for (size_t i = 0; i < batch.size(); ++i) {
    Request& request = *batch[i].request;
    --request.remaining;
    const bool last = i + 1 == batch.size() || batch[i + 1].request != batch[i].request;
    if (!last) continue;  // a request's images are neighbours in the queue, so in the batch too
    request.running = false;
    if (request.cancel_error) request.error = request.cancel_error;
    if (request.error) {
      Remove(queue_, request);
      request.remaining = 0;
    }
    if (request.remaining > 0) continue;
    active_.erase(std::remove(active_.begin(), active_.end(), batch[i].request), active_.end());
    done.push_back(batch[i].request);
  }
  return done;
}

template <typename Wanted>
void Model::cancel_where(const Wanted& wanted, const Error& error) {
  std::vector<std::shared_ptr<Request>> settled;
  {
    std::lock_guard lock(mutex_);
    for (const auto& request : active_) {
      if (!wanted(*request)) continue;
      if (request->running) {
        // The dispatcher's, until its batch ends: only then is it settled. A close lets it finish,
        // unless it has images that have not been begun.
        const bool unfinished = std::any_of(queue_.begin(), queue_.end(), [&](const Unit& unit) {
          return unit.request == request;
        });
        if (unfinished || error.code() == ErrorCode::kAborted) request->cancel_error = error;
        continue;
      }
      Remove(queue_, *request);
      request->error = error;
      settled.push_back(request);
    }
    for (const auto& request : settled) {
      active_.erase(std::remove(active_.begin(), active_.end(), request), active_.end());
    }
  }
  for (const auto& request : settled) request->done(request);
}

void Model::cancel(uint64_t owner, uint64_t id, const Error& error) {
  cancel_where([&](const Request& r) { return r.owner == owner && r.id == id; }, error);
}

void Model::cancel_all(uint64_t owner, const Error& error) {
  cancel_where([&](const Request& r) { return r.owner == owner; }, error);
}

}  // namespace deeplab::pipeline
