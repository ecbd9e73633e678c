// pipeline/: batching decisions, and the process-wide model with a real session under it.

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "ort_test_support.h"
#include "pipeline/batcher.h"
#include "pipeline/model.h"

namespace deeplab::pipeline {
namespace {

using infer::testing_support::ExpectError;
using infer::testing_support::RequestFor;

// The networks of test/fixtures/onnx take 6×4 images: y0 = r + 2g + 3b + 0.5, y1 = 4 − r.
plan::ModelConfig Config() {
  plan::ModelConfig config;
  config.input_width = 6;
  config.input_height = 4;
  return config;
}

// A request of `count` constant images, and a way to wait for it.
struct Call {
  std::shared_ptr<Request> request = std::make_shared<Request>();
  std::mutex mutex;
  std::condition_variable settled;
  int done = 0;

  Call(const Model& model, int count, uint64_t owner = 1) {
    request->owner = owner;
    request->id = 1;
    request->package = std::make_shared<Package>(Config(), model.info(), false);
    request->options.thresholds = {0, 0};
    for (int i = 0; i < count; ++i) {
      InputImage image;
      image.copy = BufferPool::Instance().acquire(6 * 4 * 3);
      std::fill_n(image.copy.as<uint8_t>(), 6 * 4 * 3, static_cast<uint8_t>(i));
      image.view = {image.copy.as<uint8_t>(), 6, 4, 18, ColorFormat::kRgb};
      image.plan = request->package->plans.preprocess({}, 6, 4);
      request->images.push_back(std::move(image));
    }
    request->done = [this](const std::shared_ptr<Request>&) {
      std::lock_guard lock(mutex);
      ++done;
      settled.notify_all();
    };
  }

  void wait() {
    std::unique_lock lock(mutex);
    settled.wait(lock, [this] { return done > 0; });
  }
};

TEST(Model, IsOneForTheSameWeightsAndGoesWithItsLastUser) {
  const size_t before = Model::Count();
  auto first = Model::Open(RequestFor("dynamic_batch"));
  EXPECT_EQ(Model::Open(RequestFor("dynamic_batch")), first);
  EXPECT_NE(Model::Open(RequestFor("static_batch")), first);
  infer::OpenRequest other = RequestFor("dynamic_batch");
  other.session.graph_optimization = 0;
  EXPECT_NE(Model::Open(other), first);
  infer::OpenRequest replaced = RequestFor("dynamic_batch");
  replaced.weights_fingerprint = "another size and time";
  EXPECT_NE(Model::Open(replaced), first);
  EXPECT_EQ(Model::Count(), before + 1);
  first.reset();
  EXPECT_EQ(Model::Count(), before);
}

TEST(Model, LoadsOnceWhenSeveralThreadsOpenIt) {
  std::vector<std::shared_ptr<Model>> models(8);
  std::vector<std::thread> threads;
  for (auto& model : models) {
    threads.emplace_back([&model] { model = Model::Open(RequestFor("dynamic_batch")); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& model : models) EXPECT_EQ(model, models[0]);
}

TEST(Model, SplitsAndPadsForDynamicAndStaticBatches) {
  for (const char* network : {"dynamic_batch", "static_batch"}) {
    const auto model = Model::Open(RequestFor(network));
    Call call(*model, 7);
    model->submit(call.request);
    call.wait();
    ASSERT_FALSE(call.request->error.has_value());
    ASSERT_EQ(call.request->results.size(), 7u);
    for (size_t i = 0; i < 7; ++i) {
      // r = g = b = i: y0 = 6i + 0.5, y1 = 4 − i. Channel 1 wins for i = 0 only.
      EXPECT_EQ(call.request->results[i].ids.as<uint8_t>()[0], i == 0 ? 1 : 0) << network << i;
    }
  }
}

TEST(Model, ServesManyThreadsAndSettlesEachCallOnce) {
  const auto model = Model::Open(RequestFor("static_batch"));
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int round = 0; round < 25; ++round) {
        Call call(*model, 1 + round % 3, static_cast<uint64_t>(t));
        model->submit(call.request);
        call.wait();
        EXPECT_EQ(call.done, 1);
        EXPECT_FALSE(call.request->error.has_value());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(Model, CancelSettlesEachCallOnceWhateverTheMoment) {
  const auto model = Model::Open(RequestFor("dynamic_batch"));
  int aborted = 0;
  for (int round = 0; round < 50; ++round) {
    std::vector<std::unique_ptr<Call>> calls;
    for (int i = 0; i < 6; ++i) {
      calls.push_back(std::make_unique<Call>(*model, 5));
      model->submit(calls.back()->request);
    }
    model->cancel_all(1, Error(ErrorCode::kAborted, "stop"));
    for (const auto& call : calls) {
      call->wait();
      EXPECT_EQ(call->done, 1);
      if (!call->request->error) continue;
      EXPECT_EQ(call->request->error->code(), ErrorCode::kAborted);
      ++aborted;
    }
  }
  EXPECT_GT(aborted, 0);
}

TEST(Model, CancelLeavesOtherOwnersAlone) {
  const auto model = Model::Open(RequestFor("dynamic_batch"));
  Call mine(*model, 3, 1), theirs(*model, 3, 2);
  model->submit(mine.request);
  model->submit(theirs.request);
  model->cancel_all(1, Error(ErrorCode::kClosed, "closed"));
  mine.wait();
  theirs.wait();
  EXPECT_FALSE(theirs.request->error.has_value());
}

TEST(Package, RefusesNamesAndSizesThatDoNotFitTheNetwork) {
  const auto model = Model::Open(RequestFor("dynamic_batch"));
  plan::ModelConfig config = Config();
  config.class_count = 5;
  ExpectError(ErrorCode::kPackageClassMismatch, [&] { Package(config, model->info(), false); });
  EXPECT_EQ(Package(config, model->info(), true).id_count, 5);
  config = Config();
  config.input_width = 8;
  ExpectError(ErrorCode::kPackageInputMismatch, [&] { Package(config, model->info(), false); });
}

Unit MakeUnit(const std::shared_ptr<Request>& request, size_t index) { return {request, index}; }

TEST(TakeBatch, FillsWithOnesOwnImagesAndWithStrangersOnlyInsteadOfPadding) {
  const auto model = Model::Open(RequestFor("dynamic_batch"));
  Call a(*model, 3), b(*model, 3);
  std::deque<Unit> queue;
  const auto fill = [&] {
    queue.clear();
    for (size_t i = 0; i < 3; ++i) queue.push_back(MakeUnit(a.request, i));
    for (size_t i = 0; i < 3; ++i) queue.push_back(MakeUnit(b.request, i));
  };
  infer::BatchLimits dynamic;
  dynamic.max_batch = 8;
  fill();
  EXPECT_EQ(TakeBatch(queue, dynamic).size(), 3u);
  infer::BatchLimits fixed;
  fixed.min_batch = fixed.max_batch = 4;
  fill();
  EXPECT_EQ(TakeBatch(queue, fixed).size(), 4u);
  EXPECT_EQ(queue.size(), 2u);
  Remove(queue, *b.request);
  EXPECT_TRUE(queue.empty());
}

}  // namespace
}  // namespace deeplab::pipeline
