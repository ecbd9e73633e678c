#include "pipeline/queue.h"

#include <algorithm>

namespace deeplab::pipeline {
namespace {

// May the image `index` of `request` be in the batch that `first` begins and that has `size`?
bool Fits(const Unit& first, int size, const Request& request, size_t index,
          const BatchRule& rule) noexcept {
  if (first.request->warm_up.rounds > 0 || request.warm_up.rounds > 0) return false;
  const plan::Geometry& a = first.geometry();
  const plan::Geometry& b = request.images[index].plan->geometry;
  if (a.input_width != b.input_width || a.input_height != b.input_height) return false;
  return size < (first.request == &request ? rule.own : rule.strangers);
}

bool HasDeadline(const Request& request) noexcept { return request.options.deadline.has_value(); }

}  // namespace

void Queue::push(Request& request) noexcept {
  Request* place = list_.back();
  while (place != nullptr && place->options.priority < request.options.priority) {
    place = WaitingList::Previous(*place);
  }
  list_.insert_after(place, request);
  images_ += request.units();
  if (HasDeadline(request)) next_deadline_ = std::min(next_deadline_, *request.options.deadline);
}

bool Queue::remove(Request& request) noexcept {
  if (!Waits(request)) return false;
  list_.erase(request);
  images_ -= request.units() - request.begun;
  request.begun = request.units();
  return true;
}

bool Queue::joins(const BatchRule& rule, const std::vector<Unit>& units) const noexcept {
  const Request* next = list_.front();
  if (next == nullptr || units.empty()) return next != nullptr;
  return Fits(units.front(), static_cast<int>(units.size()), *next, next->begun, rule);
}

void Queue::take(const BatchRule& rule, std::vector<Unit>* units) noexcept {
  while (joins(rule, *units)) {
    Request& next = *list_.front();
    units->push_back({&next, next.begun});  // the caller has reserved room
    ++next.begun;
    ++next.running;
    --images_;
    if (!Waits(next)) list_.erase(next);
  }
}

bool Queue::has_room(const BatchRule& rule) const noexcept {
  const Request* const front = list_.front();
  if (front == nullptr || front->warm_up.rounds > 0) return false;
  const Unit first{const_cast<Request*>(front), front->begun};
  int size = 0;
  for (const Request* next = front; next != nullptr; next = WaitingList::Next(*next)) {
    for (size_t i = next->begun; i < next->images.size(); ++i) {
      if (!Fits(first, size, *next, i, rule)) return false;
      ++size;
    }
  }
  return size < rule.strangers;
}

void Queue::expire(Clock::time_point now, WaitingList* expired) noexcept {
  if (now < next_deadline_) return;
  next_deadline_ = Clock::time_point::max();
  for (Request* request = list_.front(); request != nullptr;) {
    Request* const next = WaitingList::Next(*request);
    // What has been begun is answered.
    if (HasDeadline(*request) && request->begun == 0) {
      if (*request->options.deadline <= now) {
        remove(*request);
        expired->push_back(*request);
      } else {
        next_deadline_ = std::min(next_deadline_, *request->options.deadline);
      }
    }
    request = next;
  }
}

}  // namespace deeplab::pipeline
