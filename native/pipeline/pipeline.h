// The way of a batch of images through the stages. Read pipeline.cc first: it is the whole product.
#pragma once

#include <vector>

#include "core/thread_pool.h"
#include "infer/backend.h"
#include "pipeline/request.h"

namespace deeplab::pipeline {

// Pre-processes, runs and post-processes the units (1 … max_batch of one input size) and fills
// their results; a unit that fails on its own sets its request's error. Throws what fails the whole
// batch. Called by the model's dispatcher thread only.
void RunBatch(infer::Session& session, const std::vector<Unit>& units, ThreadPool& pool);

}  // namespace deeplab::pipeline
