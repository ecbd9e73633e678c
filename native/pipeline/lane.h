// One of a model's lanes: see model.h.
#pragma once

#include <memory>
#include <thread>

#include "pipeline/model.h"

namespace deeplab::pipeline {

struct Model::Lane {
  Lane(infer::Session& session, const Stages& stages)
      : slot(session.new_slot()), batch(NewBatch(session, *slot, stages)) {}

  std::unique_ptr<infer::Slot> slot;
  std::unique_ptr<Batch> batch;
  // Of the batch at hand; guarded by the model's mutex until the batch is at the engine.
  BatchRule rule;
  uint64_t ticket = 0;
  size_t capacity = 1;  // images that there is room for
  std::thread thread;
};

}  // namespace deeplab::pipeline
