// Whole requests by ONNX Runtime's GPU providers on the doubles: our kernels around the network on
// its stream, the same maps as on the CPU, and no more calls than one wait for a batch.
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "core/simd.h"
#include "fake_session.h"
#include "ort_double.h"
#include "pipeline/model.h"

namespace deeplab::pipeline {
namespace {

using infer::OpenRequest;
using infer::testing_support::OrtDoubles;
using infer::testing_support::RequestFor;
using testing_support::Waiter;

std::shared_ptr<const Package> PackageOf(const Model& model) {
  plan::ModelConfig config;
  config.input_width = 6;
  config.input_height = 4;
  return std::make_shared<Package>(config, model.info(), false);
}

// Images of the colours 0, 1, 2 …, of `size`, that are resized to what the network takes.
std::shared_ptr<Waiter> Submit(Model& model, const std::shared_ptr<const Package>& package,
                               int count, int size) {
  testing_support::Ask ask;
  ask.size = size;
  ask.reds.clear();
  for (int i = 0; i < count; ++i) ask.reds.push_back(i);
  return testing_support::Submit(model, package, ask);
}

std::shared_ptr<Waiter> Submit(Model& model, int count, int size) {
  return Submit(model, PackageOf(model), count, size);
}

void ExpectSameMaps(const ImageResult& found, const ImageResult& expected) {
  ASSERT_EQ(found.width, expected.width);
  ASSERT_EQ(found.height, expected.height);
  const size_t pixels = static_cast<size_t>(found.width) * found.height;
  EXPECT_EQ(std::memcmp(found.ids.data(), expected.ids.data(), pixels), 0);
  const auto* const a = found.confidence.as<float>();
  const auto* const b = expected.confidence.as<float>();
  // The kernels for GPUs give the scalar level's bits; the others may round once less.
  const float allowed = ActiveSimdLevel() == SimdLevel::kScalar ? 0.0f : 1e-6f;
  for (size_t i = 0; i < pixels; ++i) ASSERT_NEAR(a[i], b[i], allowed) << i;
}

class OrtDeviceModel : public OrtDoubles {
 protected:
  void expect_same_maps(OpenRequest asked, const std::string& network) {
    const auto on_cpu = Model::Open(RequestFor(network));
    const auto on_gpu = Model::Open(asked);
    ASSERT_EQ(on_gpu->limits().memory, infer::MemoryKind::kDevice);
    for (const auto& [count, size] : {std::pair{1, 4}, std::pair{7, 9}, std::pair{4, 5}}) {
      const auto expected = Submit(*on_cpu, count, size);
      const auto found = Submit(*on_gpu, count, size);
      ASSERT_TRUE(expected->wait());
      ASSERT_TRUE(found->wait());
      ASSERT_FALSE(found->request().error.has_value()) << found->request().error->what();
      for (int i = 0; i < count; ++i) {
        ExpectSameMaps(found->request().results[static_cast<size_t>(i)],
                       expected->request().results[static_cast<size_t>(i)]);
      }
    }
    EXPECT_EQ(counters().synchronizations, 0u);
  }

  static unsigned long long waits() {
    return gpu().calls("cuStreamSynchronize") + gpu().calls("cuCtxSynchronize");
  }
};

TEST_F(OrtDeviceModel, GivesTheMapsOfTheCpuForBatchesThatSplitAndPad) {
  expect_same_maps(request("dynamic_batch"), "dynamic_batch");
  expect_same_maps(request("static_batch"), "static_batch");
}

TEST_F(OrtDeviceModel, GivesTheMapsOfTheCpuByTensorRtAndOnAllDevices) {
  OpenRequest asked = request("dynamic_batch", "cuda:*");
  asked.provider = "tensorrt";
  expect_same_maps(asked, "dynamic_batch");
}

TEST_F(OrtDeviceModel, AWarmBatchIsOneWaitTwoLaunchesAndNoAllocation) {
  constexpr int kImages = 4;
  const auto model = Model::Open(request("dynamic_batch"));
  const auto package = PackageOf(*model);
  const auto run = [&] {
    const auto call = Submit(*model, package, kImages, 5);
    EXPECT_TRUE(call->wait());
    EXPECT_FALSE(call->request().error.has_value());
  };
  for (int i = 0; i < 3; ++i) run();
  const auto before = gpu_counters();
  const auto runs = counters().runs;
  const auto event_waits = gpu().calls("cuEventSynchronize");
  const auto other_waits = waits();
  for (int i = 0; i < 5; ++i) run();
  const auto after = gpu_counters();
  const auto batches = counters().runs - runs;
  EXPECT_EQ(batches, 5u);
  EXPECT_EQ(gpu().calls("cuEventSynchronize") - event_waits, batches);
  EXPECT_EQ(waits(), other_waits);
  EXPECT_EQ(after.launches - before.launches, 2 * batches);
  EXPECT_EQ(after.device_allocations, before.device_allocations);
  EXPECT_EQ(after.pinned_allocations, before.pinned_allocations);
  EXPECT_EQ(after.from_device_copies - before.from_device_copies, 5u * kImages);
  EXPECT_EQ(counters().synchronizations, 0u);
}

TEST_F(OrtDeviceModel, LanesOfOneStreamDoNotMixTheirBatches) {
  gpu().set_delay(100, 3);
  SchedulerOptions options;
  options.max_in_flight = 4;
  const auto model = Model::Open(request("dynamic_batch", "cuda:*"), options);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int round = 0; round < 8; ++round) {
        const auto call = Submit(*model, 1 + (round + t) % 5, 4);
        ASSERT_TRUE(call->wait());
        const Request& answered = call->request();
        ASSERT_FALSE(answered.error.has_value()) << answered.error->what();
        for (size_t i = 0; i < answered.results.size(); ++i) {
          // r = g = b = i: y0 = 6i + 0.5, y1 = 4 − i.
          EXPECT_EQ(answered.results[i].ids.as<uint8_t>()[0], i == 0 ? 1 : 0);
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  gpu().set_delay(0, 0);
}

TEST_F(OrtDeviceModel, ALostDeviceIsEveryCallsErrorAndNobodyHangs) {
  expect_lost();
  const auto model = Model::Open(request("dynamic_batch"));
  ASSERT_TRUE(Submit(*model, 1, 4)->wait());
  gpu().lose(0, 700);
  for (int i = 0; i < 3; ++i) {
    const auto call = Submit(*model, 2, 4);
    ASSERT_TRUE(call->wait());
    ASSERT_TRUE(call->request().error.has_value());
    EXPECT_EQ(call->request().error->code(), ErrorCode::kDeviceLost);
  }
}

TEST_F(OrtDeviceModel, ProvidersAndTheirOptionsMakeDifferentModels) {
  const auto first = Model::Open(request("dynamic_batch"));
  EXPECT_EQ(Model::Open(request("dynamic_batch")), first);
  OpenRequest other = request("dynamic_batch");
  other.provider_options = {{"use_tf32", "0"}};
  EXPECT_NE(Model::Open(other), first);
  other = request("dynamic_batch");
  other.provider = "tensorrt";
  EXPECT_NE(Model::Open(other), first);
  EXPECT_NE(Model::Open(request("dynamic_batch", "cpu")), first);
}

}  // namespace
}  // namespace deeplab::pipeline
