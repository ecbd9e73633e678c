// A thousand overlapping requests of all kinds: each ends once, with its own result or a reason.

#include <gtest/gtest.h>

#include <random>

#include "fake_session.h"

namespace deeplab::pipeline {
namespace {

using namespace testing_support;  // NOLINT: a test's own helpers

constexpr int kThreads = 4;
constexpr int kRequestsOfOne = 250;

struct Sent {
  Ask ask;
  std::shared_ptr<Waiter> waiter;
};

// One caller: hands in, aborts some of its own, and now and then closes.
class Caller {
 public:
  Caller(Model& model, uint64_t owner) : model_(model), owner_(owner), random_(owner) {}

  void run() {
    const auto package = OwnSizePackage(model_);
    for (int i = 1; i <= kRequestsOfOne; ++i) {
      Sent sent{random_ask(static_cast<uint64_t>(i)), nullptr};
      try {
        sent.waiter = Submit(model_, package, sent.ask);
        sent_.push_back(sent);
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::kQueueFull);
        ++rejected_;
      }
      disturb(i);
    }
  }

  // Each once, with its own images' result where there is one.
  void check() {
    for (const Sent& sent : sent_) {
      ASSERT_TRUE(sent.waiter->wait());
      if (!sent.waiter->request().error) {
        ExpectAnswered(*sent.waiter, sent.ask);
        continue;
      }
      EXPECT_EQ(sent.waiter->times(), 1);
      const ErrorCode code = sent.waiter->request().error->code();
      EXPECT_TRUE(code == ErrorCode::kAborted || code == ErrorCode::kClosed ||
                  code == ErrorCode::kDeadlineExceeded || code == ErrorCode::kBackendFailed)
          << CodeName(code);
    }
  }

  size_t sent() const { return sent_.size(); }
  int rejected() const { return rejected_; }

 private:
  int pick(int count) { return static_cast<int>(random_() % static_cast<unsigned>(count)); }

  Ask random_ask(uint64_t id) {
    Ask ask;
    ask.owner = owner_;
    ask.id = id;
    ask.size = 2 + pick(4);
    ask.reds.clear();
    for (int i = pick(8) == 0 ? 6 : 0; i >= 0; --i) ask.reds.push_back(pick(8));
    if (pick(100) == 0) ask.reds.front() = 99;  // fails in the engine
    ask.priority = pick(3);
    if (pick(4) == 0) ask.deadline_ms = 0.01 + pick(3);
    return ask;
  }

  void disturb(int i) {
    if (pick(6) == 0) {
      const auto id = static_cast<uint64_t>(1 + pick(i));
      model_.cancel(owner_, id, Error(ErrorCode::kAborted, "stop"));
    }
    if (pick(40) == 0) model_.cancel_all(owner_, Error(ErrorCode::kClosed, "closed"));
    if (pick(10) == 0) {
      EXPECT_LE(model_.stats().running, 3u * 4u);
    }
    if (pick(20) == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }

  Model& model_;
  const uint64_t owner_;
  std::minstd_rand random_;
  std::vector<Sent> sent_;
  int rejected_ = 0;
};

void Stress(const infer::BatchLimits& limits, const SchedulerOptions& options) {
  const size_t before = BufferPool::Instance().stats().used_bytes;
  {
    const auto engine = std::make_shared<Engine>();
    engine->fails_at_red = 99;
    const auto model = FakeModel(engine, limits, options);
    std::vector<Caller> callers;
    for (int t = 0; t < kThreads; ++t) callers.emplace_back(*model, static_cast<uint64_t>(t + 1));
    std::vector<std::thread> threads;
    for (Caller& caller : callers) threads.emplace_back([&caller] { caller.run(); });
    for (std::thread& thread : threads) thread.join();
    size_t sent = 0, rejected = 0;
    for (Caller& caller : callers) {
      caller.check();
      sent += caller.sent();
      rejected += static_cast<size_t>(caller.rejected());
    }
    const ModelStats stats = model->stats();
    EXPECT_EQ(stats.submitted, sent);
    EXPECT_EQ(stats.rejected, rejected);
    EXPECT_EQ(stats.answered + stats.failed + stats.aborted + stats.expired, sent);
    EXPECT_GT(stats.answered, 0u);
    EXPECT_EQ(stats.waiting, 0u);
    EXPECT_EQ(stats.running, 0u);
  }
  EXPECT_EQ(BufferPool::Instance().stats().used_bytes, before);
}

TEST(Stress, OneLane) { Stress(Limits(1, 4), {}); }

TEST(Stress, LanesThatShareBatchesOverABoundedQueue) {
  SchedulerOptions options;
  options.max_in_flight = 3;
  options.max_queue = 40;
  options.max_batch_delay_ms = 0.2;
  Stress(Limits(1, 4), options);
}

TEST(Stress, AFixedBatchInTwoSlots) { Stress(Limits(3, 3, 2), {}); }

}  // namespace
}  // namespace deeplab::pipeline
