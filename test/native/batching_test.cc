// What runs together, and how that is decided: pipeline/ over a fake engine.

#include <gtest/gtest.h>

#include "busy_model.h"
#include "pipeline/sharing_trial.h"
#include "pipeline/warm_up.h"

namespace deeplab::pipeline {
namespace {

using namespace testing_support;  // NOLINT: a test's own helpers

Error ClosedError() { return Error(ErrorCode::kClosed, "closed"); }

TEST(Batching, WhatWaitsGoesTogether) {
  Busy busy(Limits(1, 4));
  const auto a = busy.submit(Ask{{1, 2, 3, 4, 5}});
  const auto b = busy.submit(Ask{{6}});
  const auto c = busy.submit(Ask{{7}});
  const auto d = busy.submit(Ask{{8, 9}});
  busy.engine->let_through();
  ExpectAnswered(*a, Ask{{1, 2, 3, 4, 5}});
  ExpectAnswered(*b, Ask{{6}});
  ExpectAnswered(*c, Ask{{7}});
  ExpectAnswered(*d, Ask{{8, 9}});
  EXPECT_EQ(busy.rest(), (Batches{{1, 2, 3, 4}, {5, 6, 7, 8}, {9}}));
}

// Many callers at once on an engine that takes so long; the last ten batches. The engine's times
// are slept, and a busy machine adds to them: tests take ones that differ by more than that.
std::vector<size_t> LastBatchesUnder(double (*cost_ms)(size_t images),
                                     const std::vector<int>& reds) {
  Busy busy(Limits(1, 4));
  busy.engine->cost_ms = cost_ms;
  std::vector<std::shared_ptr<Waiter>> waiters;
  for (int i = 0; i < 64; ++i) waiters.push_back(busy.submit(Ask{reds}));
  busy.engine->let_through();
  for (const auto& waiter : waiters) EXPECT_TRUE(waiter->wait());
  std::vector<size_t> sizes;
  for (const auto& batch : busy.rest()) sizes.push_back(batch.size());
  return {sizes.end() - 10, sizes.end()};
}

TEST(Batching, FindsOutAtWorkThatSharingPays) {
  const auto cost = [](size_t) { return 12.0; };
  EXPECT_EQ(LastBatchesUnder(cost, {1}), std::vector<size_t>(10, 4));
  EXPECT_EQ(LastBatchesUnder(cost, {1, 2}), std::vector<size_t>(10, 4));
}

TEST(Batching, FindsOutAtWorkThatSharingDoesNotPay) {
  const auto cost = [](size_t n) { return 3.0 * static_cast<double>(n * n); };
  EXPECT_EQ(LastBatchesUnder(cost, {1}), std::vector<size_t>(10, 1));
  EXPECT_EQ(LastBatchesUnder(cost, {1, 2}), std::vector<size_t>(10, 2));  // a list stays together
}

plan::Geometry InputOf(int size) {
  plan::Geometry geometry;
  geometry.input_width = geometry.input_height = size;
  return geometry;
}

TEST(Batching, ATrialComparesTheQuickestRunsOfOneSize) {
  const auto find = [](double several_ms) {
    SharingTrial trial(true);
    for (int i = 0; i < 4; ++i) trial.ran(4, true, InputOf(9), 0.1);
    EXPECT_FALSE(trial.shares());
    trial.ran(1, false, InputOf(8), 0.1);  // another size: all begins anew, with shared runs
    EXPECT_TRUE(trial.shares());
    for (const double more : {9.0, 0.0, 50.0}) trial.ran(4, true, InputOf(8), several_ms + more);
    EXPECT_TRUE(trial.shares());
    trial.ran(4, true, InputOf(8), several_ms + 7);
    EXPECT_FALSE(trial.shares());  // some that each request has for itself now
    for (const double ms : {12.0, 10.0, 10.5, 10.5}) {
      EXPECT_TRUE(trial.open());
      trial.ran(2, false, InputOf(8), 2 * ms);
    }
    EXPECT_FALSE(trial.open());
    return trial.shares();
  };
  EXPECT_TRUE(find(4 * 9.0));
  EXPECT_FALSE(find(4 * 9.2));
  EXPECT_TRUE(SharingTrial(false).shares());
}

TEST(Batching, GivesStrangersInsteadOfPaddingToAFixedBatch) {
  Busy busy(Limits(4, 4));
  const auto a = busy.submit(Ask{{1, 2, 3}});
  const auto b = busy.submit(Ask{{4, 5, 6}});
  busy.engine->let_through();
  ExpectAnswered(*a, Ask{{1, 2, 3}});
  ExpectAnswered(*b, Ask{{4, 5, 6}});
  EXPECT_EQ(busy.rest(), (Batches{{1, 2, 3, 4}, {5, 6, 0, 0}}));  // padded with zeros
}

TEST(Batching, NeverMixesInputSizes) {
  Busy busy(Limits(4, 4));
  const auto a = busy.submit(Ask{{1, 2}, 4});
  const auto b = busy.submit(Ask{{3}, 6});
  const auto c = busy.submit(Ask{{4}, 6});
  busy.engine->let_through();
  for (const auto& waiter : {a, b, c}) ASSERT_TRUE(waiter->wait());
  EXPECT_EQ(busy.rest(), (Batches{{1, 2, 0, 0}, {3, 4, 0, 0}}));
}

// Has the model measured, on an engine that takes so long.
ModelStats WarmUpWith(Busy& busy, double (*cost_ms)(size_t images)) {
  busy.engine->let_through();
  EXPECT_TRUE(busy.first->wait());
  busy.engine->cost_ms = cost_ms;
  const auto waiter = std::make_shared<Waiter>();
  RequestPtr request = NewRequest();
  request->warm_up = {5, 7, 3};
  request->listener = waiter;
  busy.model->submit(std::move(request));
  EXPECT_TRUE(waiter->wait());
  EXPECT_FALSE(waiter->request().error.has_value());
  busy.engine->cost_ms = [](size_t) { return 0.0; };
  return busy.model->stats();
}

TEST(Batching, BatchesStrangersWhereTheWarmUpFoundThatItPays) {
  Busy busy(Limits(1, 4));
  const ModelStats stats = WarmUpWith(busy, [](size_t) { return 12.0; });
  ASSERT_EQ(stats.profile.entries.size(), 3u);
  EXPECT_EQ(stats.profile.entries[2].batch, 4);
  EXPECT_LT(stats.profile.entries[2].ms_per_image, stats.profile.entries[0].ms_per_image / 2);
  EXPECT_EQ(stats.profile.input_width, 5);
  EXPECT_EQ(stats.rule, (BatchRule{4, 4}));

  busy.engine->hold();
  const auto holder = busy.submit(Ask{{100}, 8});
  ASSERT_TRUE(busy.engine->wait_for_runs(1 + 4 * 3 + 1));
  std::vector<std::shared_ptr<Waiter>> waiters;
  for (int red = 1; red <= 6; ++red) waiters.push_back(busy.submit(Ask{{red}}));
  busy.engine->let_through();
  for (const auto& waiter : waiters) ASSERT_TRUE(waiter->wait());
  const Batches batches = busy.engine->batches();
  EXPECT_EQ(Batches(batches.end() - 2, batches.end()), (Batches{{1, 2, 3, 4}, {5, 6}}));
}

TEST(Batching, SplitsListsWhereOneImageIsQuickest) {
  Busy busy(Limits(1, 4));
  const ModelStats stats = WarmUpWith(busy, [](size_t n) { return 2.0 * n * n; });
  EXPECT_EQ(stats.rule, (BatchRule{1, 1}));
  ExpectAnswered(*busy.submit(Ask{{1, 2, 3}}), Ask{{1, 2, 3}});
  const Batches batches = busy.engine->batches();
  EXPECT_EQ(Batches(batches.end() - 3, batches.end()), (Batches{{1}, {2}, {3}}));
}

TEST(Batching, TakesTheSmallestBatchThatIsAsQuickAsAny) {
  const auto rule = [](const std::vector<double>& ms_per_image) {
    BatchProfile profile;
    for (const double ms : ms_per_image) {
      profile.entries.push_back({1 << profile.entries.size(), ms});
    }
    return RuleFrom(profile, Limits(1, 8)).strangers;
  };
  EXPECT_EQ(rule({10, 9.8, 9.5, 9.2}), 1);
  EXPECT_EQ(rule({10, 8, 7.9, 7.4}), 2);
  EXPECT_EQ(rule({10, 8, 7, 5}), 8);
  EXPECT_EQ(rule({10, 11, 6, 12}), 4);
}

TEST(Batching, AFixedBatchStaysWhateverTheWarmUpSays) {
  Busy busy(Limits(3, 3));
  EXPECT_EQ(WarmUpWith(busy, [](size_t n) { return 1.0 * n; }).rule, (BatchRule{3, 3}));
}

TEST(Batching, AWarmUpStopsWhenItIsClosed) {
  Busy busy(Limits(1, 8));
  const auto waiter = std::make_shared<Waiter>();
  RequestPtr request = NewRequest();
  request->warm_up = {4, 4, 1000000};
  request->listener = waiter;
  request->owner = 7;
  busy.model->submit(std::move(request));
  busy.engine->let_through();
  ASSERT_TRUE(busy.engine->wait_for_runs(5));
  busy.model->cancel_all(7, ClosedError());
  ExpectRefused(*waiter, ErrorCode::kClosed);
  EXPECT_FALSE(busy.model->stats().profile.measured());
}

TEST(Batching, WaitsForCompanyOnlyAsLongAsToldAndNotWhenTheBatchIsFull) {
  SchedulerOptions options;
  options.max_batch_delay_ms = 15000;
  const auto engine = std::make_shared<Engine>();
  const auto model = FakeModel(engine, Limits(1, 3), options);
  const auto package = OwnSizePackage(*model);
  const auto a = Submit(*model, package, Ask{{1}});
  const auto b = Submit(*model, package, Ask{{2}});
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_TRUE(engine->batches().empty());
  const auto c = Submit(*model, package, Ask{{3}});  // full: goes long before the delay is over
  for (const auto& waiter : {a, b, c}) ASSERT_TRUE(waiter->wait());
  EXPECT_EQ(engine->batches(), (Batches{{1, 2, 3}}));
}

TEST(Batching, GoesAloneWhenTheDelayIsOverOrAnotherSizeComesOrItIsInAHurry) {
  SchedulerOptions options;
  options.max_batch_delay_ms = 30;
  const auto engine = std::make_shared<Engine>();
  const auto model = FakeModel(engine, Limits(1, 3), options);
  const auto package = OwnSizePackage(*model);
  const auto start = Request::Clock::now();
  const auto alone = Submit(*model, package, Ask{{1}});
  ASSERT_TRUE(alone->wait());
  EXPECT_GE(alone->when() - start, std::chrono::milliseconds(30));
  EXPECT_GE(alone->request().results[0].timings.queue, 30);

  SchedulerOptions longer;
  longer.max_batch_delay_ms = 60000;
  const auto other = FakeModel(engine, Limits(1, 3), longer);
  Ask hasty{{2}};
  hasty.deadline_ms = 30000;
  ExpectAnswered(*Submit(*other, package, hasty), hasty);
  const auto small = Submit(*other, package, Ask{{3}, 4});
  const auto large = Submit(*other, package, Ask{{4, 5, 6}, 6});
  ExpectAnswered(*small, Ask{{3}});
  ExpectAnswered(*large, Ask{{4, 5, 6}});
}

}  // namespace
}  // namespace deeplab::pipeline
