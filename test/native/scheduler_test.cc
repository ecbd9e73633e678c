// What is begun when, and how each request ends: pipeline/ over a fake engine.

#include <gtest/gtest.h>

#include "busy_model.h"

namespace deeplab::pipeline {
namespace {

using namespace testing_support;  // NOLINT: a test's own helpers

Error Aborted() { return Error(ErrorCode::kAborted, "stop"); }
Error ClosedError() { return Error(ErrorCode::kClosed, "closed"); }

TEST(Scheduler, BeginsTheHigherPriorityFirstAndWithinOneWhoCameFirst) {
  Busy busy;
  std::vector<std::shared_ptr<Waiter>> waiters;
  for (const auto& [red, priority] :
       {std::pair{1, 0}, {2, 5}, {3, 0}, {4, 5}, {5, -1}, {6, 9}, {7, 0}}) {
    Ask ask{{red}};
    ask.priority = priority;
    waiters.push_back(busy.submit(ask));
  }
  busy.engine->let_through();
  for (const auto& waiter : waiters) ASSERT_TRUE(waiter->wait());
  EXPECT_EQ(busy.rest(), (Batches{{6}, {2}, {4}, {1}, {3}, {7}, {5}}));
}

TEST(Scheduler, AHigherPriorityGoesBeforeTheRestOfAList) {
  Busy busy(Limits(1, 2));
  const auto list = busy.submit(Ask{{1, 2, 3, 4}});
  busy.engine->let_through(1);
  ASSERT_TRUE(busy.engine->wait_for_runs(2));
  Ask ask{{9}};
  ask.priority = 1;
  const auto urgent = busy.submit(ask);
  busy.engine->let_through();
  ASSERT_TRUE(list->wait());
  ASSERT_TRUE(urgent->wait());
  EXPECT_EQ(busy.rest(), (Batches{{1, 2}, {9, 3}, {4}}));
}

TEST(Scheduler, SettlesAtTheDeadlineWhatHasNotBegunAndRunsNothingOfIt) {
  Busy busy;
  Ask hasty{{1}}, patient{{2}}, later{{3}};
  later.deadline_ms = 90;
  hasty.deadline_ms = 30;
  patient.deadline_ms = 60000;
  const auto start = Request::Clock::now();
  const auto third = busy.submit(later), first = busy.submit(hasty), second = busy.submit(patient);
  ExpectRefused(*first, ErrorCode::kDeadlineExceeded);  // while the engine is busy
  ExpectRefused(*third, ErrorCode::kDeadlineExceeded);
  const auto ms = [&](Waiter& w) {
    return std::chrono::duration<double, std::milli>(w.when() - start).count();
  };
  EXPECT_GE(ms(*first), 30);
  EXPECT_GE(ms(*third), 90);
  EXPECT_LT(ms(*first), ms(*third));
  busy.engine->let_through();
  ExpectAnswered(*second, patient);
  EXPECT_EQ(busy.rest(), (Batches{{2}}));
  EXPECT_EQ(busy.model->stats().expired, 2u);
}

TEST(Scheduler, AnswersWhatWasBegunBeforeItsDeadline) {
  Busy busy;
  const Ask ask{{1, 2}, 4, 0, 40};
  const auto list = busy.submit(ask);
  busy.engine->let_through(1);
  ASSERT_TRUE(busy.engine->wait_for_runs(2));  // its first image runs, its second waits
  std::this_thread::sleep_for(std::chrono::milliseconds(80));
  EXPECT_EQ(list->times(), 0);
  busy.engine->let_through();
  ExpectAnswered(*list, ask);
}

TEST(Scheduler, ADeadlineThatHasPassedAlreadyIsNotRun) {
  const auto engine = std::make_shared<Engine>();
  const auto model = FakeModel(engine, Limits(1, 1));
  Ask ask{{1}};
  ask.deadline_ms = 1e-6;
  ExpectRefused(*Submit(*model, OwnSizePackage(*model), ask), ErrorCode::kDeadlineExceeded);
  EXPECT_TRUE(engine->batches().empty());
}

TEST(Scheduler, RefusesWhatExceedsTheQueueAndNamesTheBound) {
  SchedulerOptions options;
  options.max_queue = 3;
  Busy busy(Limits(1, 4), options);
  const auto list = busy.submit(Ask{{1, 2}});
  const auto third = busy.submit(Ask{{3}});
  for (const auto& reds : {std::vector<int>{4}, std::vector<int>{4, 5, 6}}) {
    try {
      busy.submit(Ask{reds});
      FAIL() << "nothing was thrown";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kQueueFull);
      EXPECT_NE(std::string(error.what()).find("3 images wait and at most 3"), std::string::npos);
    }
  }
  EXPECT_EQ(busy.model->stats().waiting, 3u);
  EXPECT_EQ(busy.model->stats().rejected, 2u);
  busy.engine->let_through();
  ASSERT_TRUE(third->wait());
  ExpectAnswered(*list, Ask{{1, 2}});
  ExpectAnswered(*busy.submit(Ask{{4}}), Ask{{4}});  // there is room again
}

TEST(Scheduler, TakesAListLongerThanTheBoundWhereNothingWaits) {
  SchedulerOptions options;
  options.max_queue = 2;
  Busy busy(Limits(1, 2), options);
  const Ask ask{{1, 2, 3, 4, 5}};
  const auto list = busy.submit(ask);
  EXPECT_THROW(busy.submit(Ask{{6}}), Error);
  busy.engine->let_through();
  ExpectAnswered(*list, ask);
}

TEST(Scheduler, AnnouncesTheAnswerOfOneSmallPictureOnly) {
  const auto engine = std::make_shared<Engine>();
  const auto model = FakeModel(engine, Limits(1, 1));
  const auto package = OwnSizePackage(*model);
  const auto announced = [&](const Ask& ask) {
    const auto waiter = Submit(*model, package, ask);
    EXPECT_TRUE(waiter->wait());
    return waiter->announced();
  };
  EXPECT_EQ(announced(Ask{{1}, 64}), 1);
  EXPECT_EQ(announced(Ask{{1}, 1000}), 0);
  EXPECT_EQ(announced(Ask{{1, 2}, 4}), 0);  // the first of two is not the answer
  engine->fails_at_red = 3;
  EXPECT_EQ(announced(Ask{{3}, 4}), 0);
}

TEST(Scheduler, AFailingImageFailsItsRequestAndTakesItsWaitingImagesWithIt) {
  Busy busy(Limits(1, 1));
  busy.engine->fails_at_red = 2;
  const auto list = busy.submit(Ask{{1, 2, 3, 4}});
  const auto other = busy.submit(Ask{{5}});
  busy.engine->let_through();
  ExpectRefused(*list, ErrorCode::kBackendFailed);
  ExpectAnswered(*other, Ask{{5}});
  EXPECT_EQ(busy.rest(), (Batches{{1}, {2}, {5}}));
  EXPECT_EQ(busy.model->stats().failed, 1u);
}

TEST(Scheduler, AFailedRunFailsAllThatWereInIt) {
  Busy busy(Limits(2, 2));
  busy.engine->fails_at_red = 2;
  const auto a = busy.submit(Ask{{1}}), b = busy.submit(Ask{{2}}), c = busy.submit(Ask{{3}});
  busy.engine->let_through();
  ExpectRefused(*a, ErrorCode::kBackendFailed);
  ExpectRefused(*b, ErrorCode::kBackendFailed);
  ExpectAnswered(*c, Ask{{3}});
}

TEST(Scheduler, AnAbortReplacesWhatRunsAndSettlesWhatWaitsAtOnce) {
  Busy busy;
  const auto waiting = busy.submit(Ask{{1}});
  busy.model->cancel_all(1, Aborted());
  ExpectRefused(*waiting, ErrorCode::kAborted);
  EXPECT_EQ(busy.first->times(), 0);
  busy.engine->let_through();
  ExpectRefused(*busy.first, ErrorCode::kAborted);
  EXPECT_EQ(busy.engine->batches().size(), 1u);
}

TEST(Scheduler, ACloseLetsWhatRunsEndUnlessSomeOfItWaits) {
  Busy busy(Limits(1, 2));
  busy.engine->let_through(1);
  ASSERT_TRUE(busy.first->wait());
  const auto list = busy.submit(Ask{{1, 2, 3}});
  ASSERT_TRUE(busy.engine->wait_for_runs(2));
  busy.model->cancel_all(1, ClosedError());
  EXPECT_EQ(list->times(), 0);
  busy.engine->let_through();
  ExpectRefused(*list, ErrorCode::kClosed);

  busy.engine->hold();
  const auto whole = busy.submit(Ask{{4, 5}});
  ASSERT_TRUE(busy.engine->wait_for_runs(3));
  busy.model->cancel_all(1, ClosedError());
  busy.engine->let_through();
  ExpectAnswered(*whole, Ask{{4, 5}});
}

TEST(Scheduler, CancelsByOwnerAndId) {
  Busy busy;
  const auto mine = busy.submit(Ask{{1}, 4, 0, 0, 1, 5});
  const auto other = busy.submit(Ask{{2}, 4, 0, 0, 1, 6});
  const auto theirs = busy.submit(Ask{{3}, 4, 0, 0, 2, 5});
  busy.model->cancel(1, 5, Aborted());
  ExpectRefused(*mine, ErrorCode::kAborted);
  busy.engine->let_through();
  ExpectAnswered(*other, Ask{{2}});
  ExpectAnswered(*theirs, Ask{{3}});
}

TEST(Scheduler, CountsWhatBecameOfRequests) {
  Busy busy(Limits(1, 4));
  const auto list = busy.submit(Ask{{1, 2, 3}});
  const auto aborted = busy.submit(Ask{{4}, 4, 0, 0, 2});
  ModelStats stats = busy.model->stats();
  EXPECT_EQ(stats.waiting, 4u);
  EXPECT_EQ(stats.running, 1u);
  busy.model->cancel_all(2, Aborted());
  busy.engine->cost_ms = [](size_t) { return 5.0; };
  busy.engine->let_through();
  ASSERT_TRUE(list->wait());
  stats = busy.model->stats();
  EXPECT_EQ(stats.submitted, 3u);
  EXPECT_EQ(stats.answered, 2u);
  EXPECT_EQ(stats.aborted, 1u);
  EXPECT_EQ(stats.images, 4u);
  EXPECT_EQ(stats.waiting, 0u);
  EXPECT_EQ(stats.running, 0u);
  EXPECT_EQ(stats.batches, (std::vector<uint64_t>{0, 1, 0, 1, 0}));
  EXPECT_GE(stats.network.max, 5);
  EXPECT_GE(stats.network.max, stats.network.mean);
  EXPECT_GT(stats.queue.max, 0);
}

}  // namespace
}  // namespace deeplab::pipeline
