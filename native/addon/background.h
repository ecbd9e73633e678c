// Threads for the few slow things that are no inference: loading a model, letting one go. Each runs
// on a thread of its own, so that nothing blocks the event loop or libuv's pool; all are joined
// before the environment goes.
#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <thread>

namespace deeplab::addon {

// JavaScript thread only.
class Background {
 public:
  ~Background() { join(); }

  void run(std::function<void()> work) {
    reap();
    threads_.emplace_back();
    Entry& entry = threads_.back();
    entry.thread = std::thread([&entry, work = std::move(work)]() mutable {
      work();
      work = nullptr;  // what it owned goes now, on this thread
      entry.finished = true;
    });
  }

  // Waits for all that runs.
  void join() {
    for (Entry& entry : threads_) entry.thread.join();
    threads_.clear();
  }

 private:
  struct Entry {
    std::thread thread;
    std::atomic<bool> finished{false};
  };

  void reap() {
    threads_.remove_if([](Entry& entry) {
      if (!entry.finished) return false;
      entry.thread.join();
      return true;
    });
  }

  std::list<Entry> threads_;  // stable addresses
};

}  // namespace deeplab::addon
