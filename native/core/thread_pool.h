// The process-wide pool that pre- and post-processing share. The calling thread works too, so the
// pool holds one thread fewer than there are cores, and runs are as wide as the machine, no wider.
// Several callers (models) share it fairly: a worker takes a range of each one's job in turn.
#pragma once

#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "core/condition_variable.h"
#include "core/intrusive_list.h"

namespace deeplab {

class ThreadPool {
 public:
  // Never destroyed: its threads sleep while the process leaves.
  static ThreadPool& Instance();

  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  // Threads that can work at once, the caller included.
  int threads() const noexcept { return static_cast<int>(workers_.size()) + 1; }

  // From now on jobs of the calling thread keep at most this many threads busy, itself included. A
  // model's stages are no wider than its engine: who leaves a core free means it for the whole.
  static void LimitThisThread(int threads) noexcept;

  // Calls body(begin, end) for disjoint ranges that cover [0, count), `grain` at a time where there
  // are several threads, and returns when all are done. Rethrows the first exception. Any thread
  // may call, several at once; body must not call parallel_for. Allocates nothing.
  //
  // Waking a worker takes 5 to 10 µs, so a range should be worth more than that: count <= grain is
  // done by the caller alone, at no cost.
  template <typename Body>
  void parallel_for(int64_t count, int64_t grain, const Body& body) {
    run(count, grain, &Invoke<Body>, const_cast<Body*>(&body));
  }

 private:
  using Function = void (*)(void* body, int64_t begin, int64_t end);
  // Lives on the caller's stack; every field is guarded by mutex_.
  struct Job {
    Function function;
    void* body;
    int64_t count;
    int64_t grain;
    int width;  // most threads at once
    int64_t next = 0;
    int active = 0;
    std::exception_ptr error;
    std::condition_variable done;  // a worker left the job
    ListLink<Job> link;

    bool has_work() const noexcept { return next < count && !error; }
    bool has_room() const noexcept { return active < width; }
  };

  template <typename Body>
  static void Invoke(void* body, int64_t begin, int64_t end) {
    (*static_cast<Body*>(body))(begin, end);
  }

  void run(int64_t count, int64_t grain, Function function, void* body);
  void work_range(Job& job, std::unique_lock<std::mutex>& lock);
  void worker_loop();

  std::mutex mutex_;
  std::condition_variable wake_;  // workers: a job came, or stop
  IntrusiveList<Job, &Job::link> jobs_;
  int sleeping_ = 0;  // workers in wake_
  bool stop_ = false;
  std::vector<std::thread> workers_;
};

}  // namespace deeplab
