// A model over a fake engine that is at work, so that all that follows waits.
#pragma once

#include "fake_session.h"

namespace deeplab::pipeline::testing_support {

using Batches = std::vector<std::vector<int>>;

// A model with one image (red 200) in the engine, so that all that follows waits.
struct Busy {
  std::shared_ptr<Engine> engine = std::make_shared<Engine>();
  std::shared_ptr<Model> model;
  std::shared_ptr<const Package> package;
  std::shared_ptr<Waiter> first;

  explicit Busy(const infer::BatchLimits& limits = Limits(1, 1),
                const SchedulerOptions& options = {}) {
    engine->hold();
    model = FakeModel(engine, limits, options);
    package = OwnSizePackage(*model);
    first = submit(Ask{{200}, 8});
    EXPECT_TRUE(engine->wait_for_runs(1));
  }
  ~Busy() { engine->let_through(); }
  std::shared_ptr<Waiter> submit(const Ask& ask) { return Submit(*model, package, ask); }
  // What ran after the first.
  Batches rest() {
    Batches batches = engine->batches();
    batches.erase(batches.begin());
    return batches;
  }
};

}  // namespace deeplab::pipeline::testing_support
