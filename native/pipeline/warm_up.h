// Measuring which batch is quickest for an image, and what follows from it.
#pragma once

#include <functional>

#include "infer/backend.h"
#include "pipeline/pipeline.h"
#include "pipeline/scheduler.h"

namespace deeplab::pipeline {

// Runs the network on zeros in batches of 1, 2, 4 … and the largest, all sizes in turn in each of
// warm_up.rounds rounds (and one before that does not count), so that a machine that is busy for a
// while is busy for all of them. Empty when `goes_on` said false. Throws what the slot throws.
BatchProfile MeasureBatches(Batch& batch, const infer::BatchLimits& limits, const WarmUp& warm_up,
                            const std::function<bool()>& goes_on);

// Batches of everybody's images up to the smallest size that is as quick for an image as any, to 10
// in 100: a larger batch has to earn the wait. A list is split by it too.
BatchRule RuleFrom(const BatchProfile& profile, const infer::BatchLimits& limits);

}  // namespace deeplab::pipeline
