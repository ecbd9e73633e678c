// pipeline/ with a real session under it: the process-wide models, and what a package is refused
// for. scheduler_test.cc has everything that needs no network.

#include <gtest/gtest.h>

#include <thread>

#include "fake_session.h"
#include "ort_test_support.h"
#include "pipeline/model.h"

namespace deeplab::pipeline {
namespace {

using infer::testing_support::ExpectError;
using infer::testing_support::RequestFor;
using testing_support::Waiter;

// The networks of test/fixtures/onnx take 6×4 images: y0 = r + 2g + 3b + 0.5, y1 = 4 − r.
plan::ModelConfig Config() {
  plan::ModelConfig config;
  config.input_width = 6;
  config.input_height = 4;
  return config;
}

// Hands in `count` images of the colours 0, 1, 2 … that are resized to what the network takes.
std::shared_ptr<Waiter> Submit(Model& model, int count, uint64_t owner = 1) {
  testing_support::Ask ask;
  ask.owner = owner;
  ask.reds.clear();
  for (int i = 0; i < count; ++i) ask.reds.push_back(i);
  return testing_support::Submit(model, std::make_shared<Package>(Config(), model.info(), false),
                                 ask);
}

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

TEST(Model, IsAnotherOneForOtherSettingsOfTheScheduler) {
  const auto first = Model::Open(RequestFor("dynamic_batch"));
  SchedulerOptions options;
  options.max_queue = 3;
  const auto bounded = Model::Open(RequestFor("dynamic_batch"), options);
  EXPECT_NE(bounded, first);
  EXPECT_EQ(Model::Open(RequestFor("dynamic_batch"), options), bounded);
  EXPECT_EQ(bounded->stats().max_queue, 3);
  EXPECT_EQ(first->stats().max_in_flight, 1);
}

TEST(Model, IsAnotherOneForOtherLimitsOfADevice) {
  const auto first = Model::Open(RequestFor("dynamic_batch"));
  const auto changed = [](void (*change)(infer::OpenRequest*)) {
    infer::OpenRequest request = RequestFor("dynamic_batch");
    change(&request);
    return Model::Open(request);
  };
  using Request = infer::OpenRequest;
  EXPECT_NE(changed([](Request* r) { r->min_batch = 2; }), first);
  EXPECT_NE(changed([](Request* r) { r->device_options.memory_mode = "mapped"; }), first);
  EXPECT_NE(changed([](Request* r) { r->device_options.memory_limit = 1 << 20; }), first);
  EXPECT_NE(changed([](Request* r) { r->device_options.pinned_limit = 0; }), first);
  EXPECT_NE(changed([](Request* r) { r->device_options.slots = 3; }), first);
  EXPECT_NE(changed([](Request* r) { r->device_options.graphs = true; }), first);
  EXPECT_EQ(changed([](Request*) {}), first);
}

TEST(Model, SplitsAndPadsForDynamicAndStaticBatches) {
  for (const int lanes : {1, 2}) {
    for (const char* network : {"dynamic_batch", "static_batch"}) {
      SchedulerOptions options;
      options.max_in_flight = lanes;
      const auto model = Model::Open(RequestFor(network), options);
      const auto call = Submit(*model, 7);
      ASSERT_TRUE(call->wait());
      const Request& request = call->request();
      ASSERT_FALSE(request.error.has_value()) << request.error->what();
      ASSERT_EQ(request.results.size(), 7u);
      for (size_t i = 0; i < 7; ++i) {
        // r = g = b = i: y0 = 6i + 0.5, y1 = 4 − i. Channel 1 wins for i = 0 only.
        EXPECT_EQ(request.results[i].ids.as<uint8_t>()[0], i == 0 ? 1 : 0) << network << i;
      }
    }
  }
}

TEST(Model, ServesManyThreadsAndSettlesEachCallOnce) {
  SchedulerOptions options;
  options.max_in_flight = 2;
  const auto model = Model::Open(RequestFor("static_batch"), options);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int round = 0; round < 25; ++round) {
        const auto call = Submit(*model, 1 + round % 3, static_cast<uint64_t>(t));
        EXPECT_TRUE(call->wait());
        EXPECT_EQ(call->times(), 1);
        EXPECT_FALSE(call->request().error.has_value());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(Model, MeasuresBatchesOfARealNetwork) {
  const auto model = Model::Open(RequestFor("dynamic_batch"));
  const auto waiter = std::make_shared<Waiter>();
  RequestPtr request = NewRequest();
  request->warm_up = {6, 4, 3};
  request->listener = waiter;
  model->submit(std::move(request));
  ASSERT_TRUE(waiter->wait());
  ASSERT_FALSE(waiter->request().error.has_value());
  const ModelStats stats = model->stats();
  ASSERT_EQ(stats.profile.entries.size(), 3u);  // 1, 2, 4
  for (const auto& entry : stats.profile.entries) EXPECT_GT(entry.ms_per_image, 0);
  EXPECT_EQ(stats.rule.own, stats.rule.strangers);
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

}  // namespace
}  // namespace deeplab::pipeline
