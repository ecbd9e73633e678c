// Threads for the few slow things that are no inference: loading a model, letting one go. Each runs
// on a thread of its own, so that nothing blocks the event loop or libuv's pool; all are joined
// before the environment goes.
#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <system_error>
#include <thread>
#include <utility>

namespace deeplab::addon {

// JavaScript thread only.
class Background {
 public:
  ~Background() { join(); }

  // Where no thread can be had (a container's limit), the work is done here and now: late is better
  // than lost.
  void run(std::function<void()> work) {
    reap();
    const auto shared = std::make_shared<std::function<void()>>(std::move(work));
    Entry& entry = threads_.emplace_back();
    try {
      entry.thread = std::thread([&entry, shared] {
        (*shared)();
        *shared = nullptr;  // what it owned goes now, on this thread
        entry.finished = true;
      });
    } catch (const std::system_error&) {
      threads_.pop_back();
      (*shared)();
    }
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
