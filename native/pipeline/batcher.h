// Which queued images run together. Pure decisions over a queue; the model holds the lock.
#pragma once

#include <deque>
#include <vector>

#include "infer/backend.h"
#include "pipeline/request.h"

namespace deeplab::pipeline {

// Takes the next batch off the front of the queue: images of the first one's input size, in order.
// A request's own images fill up to max_batch. Images of other requests only join where the model
// would otherwise be given padding (min_batch): a caller should not wait for strangers' pictures.
std::vector<Unit> TakeBatch(std::deque<Unit>& queue, const infer::BatchLimits& limits);

// Removes all units of a request from the queue.
void Remove(std::deque<Unit>& queue, const Request& request);

}  // namespace deeplab::pipeline
