// Work that belongs to no model, is shared over the pool and takes some milliseconds: one after the
// other, on one thread of this environment's own, off the event loop.
#pragma once

#include <napi.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include "addon/completion_queue.h"
#include "core/condition_variable.h"
#include "core/error.h"

namespace deeplab::addon {

// JavaScript thread only.
class Errands {
 public:
  // What happens on the thread; owns nothing of JavaScript.
  using Work = std::function<void()>;
  // Makes the promise's value, back on the JavaScript thread.
  using Finish = std::function<Napi::Value(Napi::Env)>;
  // Arrays that the work reads in place.
  using Pins = std::vector<Napi::ObjectReference>;

  explicit Errands(std::shared_ptr<CompletionQueue> completions);
  ~Errands() { join(); }

  Napi::Promise run(Napi::Env env, Pins pins, Work work, Finish finish);

  // Waits for what runs and drops what waits; its promises never settle. For good.
  void join();

 private:
  struct Pending {
    Napi::Promise::Deferred deferred;
    Pins pins;
    Finish finish;
  };
  struct Job {
    uint64_t id;
    Work work;
  };

  void enqueue(Job job);
  void loop();
  void perform(const Job& job);
  void settle(Napi::Env env, uint64_t id, const std::shared_ptr<const Error>& failed);

  const std::shared_ptr<CompletionQueue> completions_;
  std::unordered_map<uint64_t, Pending> pending_;
  uint64_t last_id_ = 0;
  std::thread thread_;  // started by the first errand

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> jobs_;
  bool stop_ = false;
};

}  // namespace deeplab::addon
