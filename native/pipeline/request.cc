// Requests that are used again and again.
#include "pipeline/request.h"

#include <mutex>

namespace deeplab::pipeline {
namespace {

constexpr int kMostIdle = 256;
constexpr size_t kMostImages = 64;  // a request that held a longer list is not worth keeping

struct IdleRequests {
  std::mutex mutex;
  WaitingList list;
  int count = 0;
};

IdleRequests& Idle() {
  static IdleRequests* const idle = new IdleRequests;  // never destroyed: see BufferPool::Instance
  return *idle;
}

// Lets go of everything but the lists' memory.
void Clear(Request& request) noexcept {
  request.package.reset();
  request.owner = request.id = 0;
  request.images.clear();
  request.options.overrides = {};
  request.options.thresholds.clear();
  request.options.strict = request.options.capture = false;
  Include& include = request.options.include;
  include.ids = include.confidence = true;
  include.class_areas = include.overlay = false;
  include.probabilities.clear();
  request.options.overlay.colors.clear();
  request.options.overlay.weight = OverlayStyle{}.weight;
  request.options.priority = 0;
  request.options.deadline.reset();
  request.warm_up = {};
  request.listener.reset();
  request.results.clear();
  request.error.reset();
  request.begun = request.running = 0;
  request.cancel_error.reset();
}

}  // namespace

void Recycle::operator()(Request* request) const noexcept {
  if (request->images.capacity() > kMostImages) {
    delete request;
    return;
  }
  Clear(*request);
  IdleRequests& idle = Idle();
  {
    std::lock_guard lock(idle.mutex);
    if (idle.count < kMostIdle) {
      ++idle.count;
      idle.list.insert_after(nullptr, *request);  // the last used is the warmest
      return;
    }
  }
  delete request;
}

RequestPtr NewRequest() {
  IdleRequests& idle = Idle();
  {
    std::lock_guard lock(idle.mutex);
    if (Request* const used = idle.list.pop_front()) {
      --idle.count;
      return RequestPtr(used);
    }
  }
  return RequestPtr(new Request);
}

}  // namespace deeplab::pipeline
