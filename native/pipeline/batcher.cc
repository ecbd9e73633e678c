#include "pipeline/batcher.h"

#include <algorithm>

namespace deeplab::pipeline {

std::vector<Unit> TakeBatch(std::deque<Unit>& queue, const infer::BatchLimits& limits) {
  std::vector<Unit> batch;
  while (!queue.empty() && static_cast<int>(batch.size()) < limits.max_batch) {
    const Unit& next = queue.front();
    if (!batch.empty()) {
      const plan::Geometry& first = batch.front().geometry();
      const plan::Geometry& g = next.geometry();
      if (g.input_width != first.input_width || g.input_height != first.input_height) break;
      const bool stranger = next.request != batch.front().request;
      if (stranger && static_cast<int>(batch.size()) >= limits.min_batch) break;
    }
    batch.push_back(next);
    queue.pop_front();
  }
  return batch;
}

void Remove(std::deque<Unit>& queue, const Request& request) {
  queue.erase(std::remove_if(queue.begin(), queue.end(),
                             [&](const Unit& unit) { return unit.request.get() == &request; }),
              queue.end());
}

}  // namespace deeplab::pipeline
