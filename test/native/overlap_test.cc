// Several lanes: which stages overlap, how many batches are on their way, and in which order.

#include <gtest/gtest.h>

#include "fake_session.h"

namespace deeplab::pipeline {
namespace {

using namespace testing_support;  // NOLINT: a test's own helpers
using Batches = std::vector<std::vector<int>>;

// Stages that are counted and can be held. They have no context of their own, so it is here.
struct StageGate {
  std::mutex mutex;
  std::condition_variable changed;
  int preprocessed = 0;
  int postprocessing = 0;
  bool hold_postprocessing = false;

  bool wait_for(int StageGate::*count, int value) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, kPatience, [&] { return this->*count >= value; });
  }
  void hold(bool held) {
    std::lock_guard lock(mutex);
    hold_postprocessing = held;
    changed.notify_all();
  }
};

StageGate* g_gate = nullptr;

void GatedPreprocess(const ImageView& image, const plan::PreprocessPlan& plan,
                     const plan::ModelConfig& config, const MutablePlanes& to, ThreadPool& pool) {
  preprocess::PreprocessCpu(image, plan, config, to, pool);
  std::lock_guard lock(g_gate->mutex);
  ++g_gate->preprocessed;
  g_gate->changed.notify_all();
}

int64_t GatedPostprocess(const ConstPlanes& logits, const plan::PostprocessPlan& plan,
                         const plan::Geometry& geometry, const postprocess::ClassTable& classes,
                         const postprocess::MapTarget& target, ThreadPool& pool) {
  {
    std::unique_lock lock(g_gate->mutex);
    ++g_gate->postprocessing;
    g_gate->changed.notify_all();
    g_gate->changed.wait(lock, [] { return !g_gate->hold_postprocessing; });
  }
  return postprocess::PostprocessCpu(logits, plan, geometry, classes, target, pool);
}

class Overlap : public ::testing::Test {
 protected:
  Overlap() { g_gate = &gate_; }

  void open(int lanes, const infer::BatchLimits& limits, double delay_ms = 0) {
    SchedulerOptions options;
    options.max_in_flight = lanes;
    options.max_batch_delay_ms = delay_ms;
    model_ = Model::Over(std::make_unique<FakeSession>(engine_, limits), options,
                         {GatedPreprocess, GatedPostprocess});
    package_ = OwnSizePackage(*model_);
  }
  void submit(const Ask& ask) {
    asks_.push_back(ask);
    waiters_.push_back(Submit(*model_, package_, ask));
  }
  void expect_all_answered() {
    for (size_t i = 0; i < asks_.size(); ++i) ExpectAnswered(*waiters_[i], asks_[i]);
  }

  StageGate gate_;
  std::shared_ptr<Engine> engine_ = std::make_shared<Engine>();
  std::shared_ptr<Model> model_;
  std::shared_ptr<const Package> package_;
  std::vector<Ask> asks_;
  std::vector<std::shared_ptr<Waiter>> waiters_;
};

TEST_F(Overlap, ThreeBatchesAreInThreeStagesAtOnceAndNoFourthIsBegun) {
  engine_->hold();
  open(3, Limits(1, 1));
  gate_.hold(true);
  for (int red = 1; red <= 4; ++red) submit(Ask{{red}});
  ASSERT_TRUE(gate_.wait_for(&StageGate::preprocessed, 3));
  engine_->let_through(1);
  // The first is in post-processing, the second in the engine, the third waits for it.
  ASSERT_TRUE(gate_.wait_for(&StageGate::postprocessing, 1));
  ASSERT_TRUE(engine_->wait_for_runs(2));
  const ModelStats stats = model_->stats();
  EXPECT_EQ(stats.running, 3u);
  EXPECT_EQ(stats.waiting, 1u);
  EXPECT_EQ(stats.max_in_flight, 3);
  gate_.hold(false);
  engine_->let_through();
  expect_all_answered();
  EXPECT_EQ(engine_->most_at_once(), 1);
}

TEST_F(Overlap, EveryBatchThatWaitsForTheEngineTakesInWhatComes) {
  engine_->hold();
  open(3, Limits(1, 2));
  submit(Ask{{1}});
  ASSERT_TRUE(engine_->wait_for_runs(1));
  submit(Ask{{2}, 5});
  ASSERT_TRUE(gate_.wait_for(&StageGate::preprocessed, 2));
  submit(Ask{{3}, 6});
  ASSERT_TRUE(gate_.wait_for(&StageGate::preprocessed, 3));
  gate_.hold(true);  // the first keeps its lane, so that none is idle when the fourth comes
  engine_->let_through(1);
  ASSERT_TRUE(engine_->wait_for_runs(2));  // the second is in the engine, the third waits for it
  submit(Ask{{4}, 6});
  ASSERT_TRUE(gate_.wait_for(&StageGate::preprocessed, 4));
  gate_.hold(false);
  engine_->let_through();
  expect_all_answered();
  EXPECT_EQ(engine_->batches(), (Batches{{1}, {2}, {3, 4}}));
}

TEST_F(Overlap, OneLaneBeginsNothingBeforeTheLastIsDone) {
  engine_->hold();
  open(0, Limits(1, 1));
  gate_.hold(true);
  submit(Ask{{1}});
  submit(Ask{{2}});
  ASSERT_TRUE(engine_->wait_for_runs(1));
  engine_->let_through();
  ASSERT_TRUE(gate_.wait_for(&StageGate::postprocessing, 1));
  EXPECT_EQ(model_->stats().running, 1u);
  EXPECT_EQ(model_->stats().waiting, 1u);
  EXPECT_EQ(engine_->batches(), (Batches{{1}}));
  gate_.hold(false);
  expect_all_answered();
}

TEST_F(Overlap, TheEngineTakesBatchesInTheOrderInWhichTheyWereBegun) {
  engine_->hold();
  open(4, Limits(1, 1));
  Batches expected;
  for (int red = 1; red <= 12; ++red) {
    // Of various sizes: the larger take longer to pre-process.
    submit(Ask{{red}, red % 3 == 0 ? 400 : 4});
    expected.push_back({red});
  }
  engine_->let_through();
  expect_all_answered();
  EXPECT_EQ(engine_->batches(), expected);
}

TEST_F(Overlap, AListIsInSeveralLanesAndStillAnsweredOnce) {
  open(3, Limits(1, 2));
  for (int round = 0; round < 20; ++round) submit(Ask{{1, 2, 3, 4, 5, 6, 7}});
  expect_all_answered();
}

TEST_F(Overlap, ABatchThatWaitsForTheEngineTakesInWhatComes) {
  engine_->hold();
  open(2, Limits(1, 3), 0.001);
  submit(Ask{{1}});
  ASSERT_TRUE(engine_->wait_for_runs(1));
  submit(Ask{{2}});
  ASSERT_TRUE(gate_.wait_for(&StageGate::preprocessed, 2));
  submit(Ask{{3}});
  ASSERT_TRUE(gate_.wait_for(&StageGate::preprocessed, 3));  // although no lane is free
  submit(Ask{{4, 5}});                                       // one fits
  ASSERT_TRUE(gate_.wait_for(&StageGate::preprocessed, 4));
  EXPECT_EQ(model_->stats().waiting, 1u);
  engine_->let_through();
  expect_all_answered();
  EXPECT_EQ(engine_->batches(), (Batches{{1}, {2, 3, 4}, {5}}));
}

TEST_F(Overlap, AnotherSizeIsNotTakenIn) {
  engine_->hold();
  open(2, Limits(1, 3), 0.001);
  submit(Ask{{1}});
  ASSERT_TRUE(engine_->wait_for_runs(1));
  submit(Ask{{2}});
  ASSERT_TRUE(gate_.wait_for(&StageGate::preprocessed, 2));
  submit(Ask{{3}, 6});
  submit(Ask{{4}});
  engine_->let_through();
  expect_all_answered();
  EXPECT_EQ(engine_->batches()[1], (std::vector<int>{2}));
}

TEST_F(Overlap, RunsOverlapWhereTheBackendHasSeveralSlots) {
  engine_->hold();
  open(0, Limits(1, 1, 2));
  submit(Ask{{1}});
  submit(Ask{{2}});
  submit(Ask{{3}});
  ASSERT_TRUE(engine_->wait_for_runs(2));
  EXPECT_EQ(model_->stats().max_in_flight, 2);
  engine_->let_through();
  expect_all_answered();
  EXPECT_EQ(engine_->most_at_once(), 2);
}

TEST_F(Overlap, AnAbortedListEndsWhenTheLastOfItsBatchesDoes) {
  engine_->hold();
  open(2, Limits(1, 1));
  submit(Ask{{1, 2, 3}});
  ASSERT_TRUE(gate_.wait_for(&StageGate::preprocessed, 2));
  model_->cancel_all(1, Error(ErrorCode::kAborted, "stop"));
  engine_->let_through(1);
  ASSERT_TRUE(engine_->wait_for_runs(2));
  EXPECT_EQ(waiters_[0]->times(), 0);
  engine_->let_through();
  ExpectRefused(*waiters_[0], ErrorCode::kAborted);
  EXPECT_EQ(engine_->batches(), (Batches{{1}, {2}}));
}

}  // namespace
}  // namespace deeplab::pipeline
