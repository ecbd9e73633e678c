#include "core/thread_pool.h"

#include <algorithm>
#include <system_error>

#include "core/usable_cores.h"

namespace deeplab {

ThreadPool& ThreadPool::Instance() {
  static ThreadPool* const pool = new ThreadPool(UsableHardwareThreads());
  return *pool;
}

ThreadPool::ThreadPool(int threads) {
  try {
    for (int i = 1; i < threads; ++i) workers_.emplace_back([this] { worker_loop(); });
  } catch (const std::system_error&) {
    // A limit on threads (a container's): the workers there are, and the callers, do the work.
  }
}

ThreadPool::~ThreadPool() {
  {
    std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void ThreadPool::run(int64_t count, int64_t grain, Function function, void* body) {
  if (count <= 0) return;
  grain = std::max<int64_t>(grain, 1);
  if (count <= grain || workers_.empty()) {
    function(body, 0, count);
    return;
  }
  Job job{function, body, count, grain, 0, 0, nullptr};
  std::unique_lock lock(mutex_);
  jobs_.push_back(&job);
  wake_.notify_all();
  work(job, lock);
  jobs_.erase(std::remove(jobs_.begin(), jobs_.end(), &job), jobs_.end());
  done_.wait(lock, [&] { return job.active == 0; });
  if (job.error) std::rethrow_exception(job.error);
}

// Takes ranges of the job until none is left. Holds the lock on entry and on return.
void ThreadPool::work(Job& job, std::unique_lock<std::mutex>& lock) {
  ++job.active;
  while (job.next < job.count && !job.error) {
    const int64_t begin = job.next;
    const int64_t end = std::min(job.count, begin + job.grain);
    job.next = end;
    lock.unlock();
    std::exception_ptr error;
    try {
      job.function(job.body, begin, end);
    } catch (...) {
      error = std::current_exception();
    }
    lock.lock();
    if (error && !job.error) job.error = error;
  }
  --job.active;
}

void ThreadPool::worker_loop() {
  std::unique_lock lock(mutex_);
  const auto has_work = [](const Job* job) { return job->next < job->count && !job->error; };
  for (;;) {
    const auto found = std::find_if(jobs_.begin(), jobs_.end(), has_work);
    if (found != jobs_.end()) {
      work(**found, lock);
      done_.notify_all();
    } else if (stop_) {
      return;
    } else {
      wake_.wait(lock);
    }
  }
}

}  // namespace deeplab
