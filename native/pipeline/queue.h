// What waits for a model, in the order in which it will be begun, and which of it runs together.
// Pure decisions over a list: the model holds its lock, and nothing is allocated.
#pragma once

#include <vector>

#include "pipeline/request.h"
#include "pipeline/scheduler.h"

namespace deeplab::pipeline {

class Queue {
 public:
  using Clock = Request::Clock;

  bool empty() const noexcept { return list_.empty(); }
  // Not begun, over all requests.
  size_t images() const noexcept { return images_; }
  Request* front() const noexcept { return list_.front(); }

  // Higher priorities first, first come within one.
  void push(Request& request) noexcept;
  // Takes what has not been begun out; false: nothing of it waits.
  bool remove(Request& request) noexcept;
  static bool Waits(const Request& request) noexcept { return request.begun < request.units(); }

  // Appends the images that go next to the batch `units` (which may be empty): those of its input
  // size, in order, until one does not fit.
  void take(const BatchRule& rule, std::vector<Unit>* units) noexcept;
  // Would take() append something?
  bool joins(const BatchRule& rule, const std::vector<Unit>& units) const noexcept;
  // Could an image that came now still join the batch that take() would give?
  bool has_room(const BatchRule& rule) const noexcept;

  // When the next request expires; Clock::time_point::max() for never. May be too early.
  Clock::time_point next_deadline() const noexcept { return next_deadline_; }
  // Moves what has not been begun by its deadline to `expired`.
  void expire(Clock::time_point now, WaitingList* expired) noexcept;

 private:
  WaitingList list_;
  size_t images_ = 0;
  Clock::time_point next_deadline_ = Clock::time_point::max();
};

}  // namespace deeplab::pipeline
