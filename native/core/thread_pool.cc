#include "core/thread_pool.h"

#include <algorithm>
#include <climits>
#include <system_error>

#include "core/usable_cores.h"

namespace deeplab {
namespace {

thread_local int t_width = INT_MAX;

}  // namespace

void ThreadPool::LimitThisThread(int threads) noexcept { t_width = std::max(threads, 1); }

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
  if (count <= grain || workers_.empty() || t_width == 1) {
    function(body, 0, count);
    return;
  }
  Job job{function, body, count, grain, t_width, 0, 0, nullptr, {}, {}};
  std::unique_lock lock(mutex_);
  jobs_.push_back(job);
  // One range is the caller's own.
  const int64_t others = std::min<int64_t>(std::min(sleeping_, t_width - 1), (count - 1) / grain);
  for (int64_t i = others; i > 0; --i) {
    wake_.notify_one();
  }
  while (job.has_work()) work_range(job, lock);
  jobs_.erase(job);
  job.done.wait(lock, [&] { return job.active == 0; });
  if (job.error) std::rethrow_exception(job.error);
}

// Takes one range of the job. Holds the lock on entry and on return.
void ThreadPool::work_range(Job& job, std::unique_lock<std::mutex>& lock) {
  const int64_t begin = job.next;
  const int64_t end = std::min(job.count, begin + job.grain);
  job.next = end;
  ++job.active;
  lock.unlock();
  std::exception_ptr error;
  try {
    job.function(job.body, begin, end);
  } catch (...) {
    error = std::current_exception();
  }
  lock.lock();
  --job.active;
  if (error && !job.error) job.error = error;
}

void ThreadPool::worker_loop() {
  std::unique_lock lock(mutex_);
  for (;;) {
    Job* job = jobs_.front();
    while (job != nullptr && !(job->has_work() && job->has_room())) job = jobs_.Next(*job);
    if (job != nullptr) {
      jobs_.erase(*job);  // to the end: the next range is of another job, where there is one
      jobs_.push_back(*job);
      work_range(*job, lock);
      // Under the lock: once it is free the caller may leave, and the job with it.
      if (job->active == 0) job->done.notify_one();
    } else if (stop_) {
      return;
    } else {
      ++sleeping_;
      wake_.wait(lock);
      --sleeping_;
    }
  }
}

}  // namespace deeplab
