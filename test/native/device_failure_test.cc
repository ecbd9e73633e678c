// What a request on a GPU costs once warm, and what is left when the driver fails, call by call.
#include "device_models.h"
#include "driver_failures.h"

namespace deeplab::pipeline {
namespace {

using namespace testing_support;  // NOLINT: a test's own helpers
using Ask = testing_support::PictureAsk;

// What one request costs the driver, once warm.
struct Cost {
  unsigned long long up, down, bytes_up, bytes_down, pageable, launches, waits, other_waits,
      allocations, fills;
};

class Costs : public DeviceBatches {
 protected:
  Cost of(const Ask& ask) {
    for (int i = 0; i < 4; ++i) EXPECT_FALSE(Answer(*model, package, ask, true)->take()->error);
    const Cost before = now();
    EXPECT_FALSE(Answer(*model, package, ask, true)->take()->error);
    const Cost after = now();
    return {after.up - before.up,
            after.down - before.down,
            after.bytes_up - before.bytes_up,
            after.bytes_down - before.bytes_down,
            after.pageable - before.pageable,
            after.launches - before.launches,
            after.waits - before.waits,
            after.other_waits - before.other_waits,
            after.allocations - before.allocations,
            after.fills - before.fills};
  }

 private:
  static Cost now() {
    const auto c = counters();
    unsigned long long other = 0, allocations = c.device_allocations + c.pinned_allocations;
    for (const char* call :
         {"cuStreamSynchronize", "cuCtxSynchronize", "cuStreamQuery", "cuEventQuery"}) {
      other += control().calls(call);
    }
    for (const char* call :
         {"cuEventCreate", "cuStreamCreate", "cuMemHostRegister_v2", "cuMemAllocManaged"}) {
      allocations += control().calls(call);
    }
    return {c.to_device_copies,
            c.from_device_copies,
            c.pinned_to_device,
            c.device_to_pinned,
            c.pageable_to_device + c.device_to_pageable,
            c.launches,
            control().calls("cuEventSynchronize"),
            other,
            allocations,
            control().calls("cuMemsetD8Async")};
  }
};

INSTANTIATE_TEST_SUITE_P(Ways, Costs,
                         ::testing::Values(Way{"T4", "copied", kEnough},
                                           Way{"Orin", "mapped", kEnough},
                                           Way{"Orin", "managed", kEnough}),
                         NameOf);

TEST_P(Costs, OfARequestAreTheLeast) {
  const bool copies = exchange.mode == cuda::MemoryMode::kCopied;
  load({}, Config(), Limits(1, 8, 1));
  const Picture picture(ColorFormat::kRgb, 70, 31, 0, 13);
  Ask ask{{&picture}};
  const unsigned long long pixels = 70 * 31;
  Cost cost = of(ask);
  EXPECT_EQ(cost.up, copies ? 1u : 0u);
  EXPECT_EQ(cost.bytes_up, copies ? pixels * 3 : 0u);
  EXPECT_EQ(cost.down, copies ? 1u : 0u);
  EXPECT_EQ(cost.bytes_down, copies ? pixels * 5 : 0u);
  EXPECT_EQ(cost.pageable, 0u);  // the driver would copy it once more
  EXPECT_EQ(cost.launches, 2u);
  EXPECT_EQ(cost.waits, 1u);
  EXPECT_EQ(cost.other_waits, 0u);
  EXPECT_EQ(cost.allocations, 0u);
  EXPECT_EQ(cost.fills, 0u);

  std::vector<uint8_t> ids(pixels);
  std::vector<float> confidence(pixels);
  ask.image = [&](InputImage* image, size_t) {
    image->out_ids = ids.data();
    image->out_confidence = confidence.data();
  };
  // Managed memory the host reads by itself.
  EXPECT_EQ(of(ask).down, exchange.mode == cuda::MemoryMode::kManaged ? 0u : 2u);
}

TEST_P(Costs, OfABatchAreThoseOfItsImagesAndNoMore) {
  const bool copies = exchange.mode == cuda::MemoryMode::kCopied;
  load({}, Config(), Limits(1, 8, 1));
  const Picture a(ColorFormat::kRgb, 70, 31, 0, 14), b(ColorFormat::kNv12, 40, 33, 0, 15);
  const Cost cost = of({{&a, &b, &a}});
  EXPECT_EQ(cost.up, copies ? 3u : 0u);
  EXPECT_EQ(cost.down, copies ? 3u : 0u);
  EXPECT_EQ(cost.launches, 2u);
  EXPECT_EQ(cost.waits, 1u);
  EXPECT_EQ(cost.other_waits + cost.allocations + cost.fills, 0u);
}

// Failures of the driver, call by call.
class Failures : public DeviceBatches {};
INSTANTIATE_TEST_SUITE_P(Ways, Failures,
                         ::testing::Values(Way{"T4", "copied", kEnough}, Way{"T4", "copied", 0},
                                           Way{"Orin", "mapped", kEnough},
                                           Way{"Orin", "managed", kEnough}),
                         NameOf);

constexpr const char* kCallsOfARequest[] = {
    "cuCtxPushCurrent_v2", "cuMemcpyHtoDAsync_v2", "cuLaunchKernel",     "cuMemcpyDtoHAsync_v2",
    "cuMemsetD8Async",     "cuEventRecord",        "cuEventSynchronize", "cuEventElapsedTime"};

TEST_P(Failures, OfAnyCallFailTheRequestAndLeaveTheModelUsable) {
  load({}, Config(), Limits(1, 4, 1));
  const Picture picture(ColorFormat::kRgb, 70, 31, 0, 16);
  const Ask ask{{&picture, &picture}};
  const auto expected = Answer(*beside, package, ask);
  ExpectSame(Answer(*model, package, ask, true)->request(), expected->request());
  int injected = 0;
  for (const char* call : kCallsOfARequest) {
    for (unsigned long long nth = 1; nth <= 8; ++nth) {
      SCOPED_TRACE(std::string(call) + " " + std::to_string(nth));
      RequestPtr request = MakeRequest(*model, package, ask, true);
      const unsigned long long before = control().calls(call);
      ASSERT_EQ(control().fail(call, nth, 1 /* CUDA_ERROR_INVALID_VALUE */), 1);
      const auto failed = Answer(*model, std::move(request));
      const bool happened = control().calls(call) - before >= nth;
      if (happened) {
        ++injected;
        ASSERT_TRUE(failed->request().error);
        EXPECT_EQ(failed->request().error->code(), ErrorCode::kDeviceFailed);
        EXPECT_NE(std::string(failed->request().error->what()).find("CUDA_ERROR_INVALID_VALUE"),
                  std::string::npos);
      } else {
        EXPECT_FALSE(failed->request().error);
        // What was not used up comes with later requests, where the call is made at all.
        if (control().calls(call) == before) break;
        while (control().calls(call) - before < nth) Answer(*model, package, ask, true);
      }
      ExpectSame(Answer(*model, package, ask, true)->request(), expected->request());
      if (!happened) break;
    }
  }
  EXPECT_GE(injected, 6);  // at the least two launches, one wait and the times
}

TEST_P(Failures, OfAnyCallWhileAModelIsMadeLeaveNothing) {
  const Picture picture(ColorFormat::kRgb, 70, 31, 0, 16);
  const Ask ask{{&picture}};
  load({}, Config(), Limits(1, 4, 1));
  const auto expected = Answer(*beside, package, ask);
  const int mattered = test::DriverFailures(control()).walk([&] {
    model.reset();
    load({}, Config(), Limits(1, 4, 1));
    const auto answer = Answer(*model, package, ask);
    model.reset();
    if (answer->request().error) throw Error(*answer->request().error);
    ExpectSame(answer->request(), expected->request());
  });
  EXPECT_GT(mattered, 10);
}

TEST_P(Failures, OfTheNetworkAreItsOwn) {
  load({}, Config(), Limits(1, 4, 1));
  const Picture picture(ColorFormat::kRgb, 70, 31, 0, 17);
  const Ask ask{{&picture}};
  session->slots.front()->fails = 1;
  const auto failed = Answer(*model, package, ask, true);
  ASSERT_TRUE(failed->request().error);
  EXPECT_EQ(failed->request().error->code(), ErrorCode::kBackendFailed);
  EXPECT_FALSE(Answer(*model, package, ask, true)->request().error);
}

TEST_P(Failures, OfMemorySayWhatWasAskedAndWhatIsFree) {
  load({}, Config(), Limits(1, 8, 1));
  const Picture small(ColorFormat::kRgb, 40, 31, 0, 18), large(ColorFormat::kRgb, 900, 700, 0, 19);
  ASSERT_FALSE(Answer(*model, package, {{&small}}, true)->request().error);
  control().set_memory_limit(0, device->memory().total - device->memory().free + (1 << 20));
  const auto failed = Answer(*model, package, {{&large}}, true);
  if (exchange.mode == cuda::MemoryMode::kMapped) {
    EXPECT_FALSE(failed->request().error);  // pictures lie in the host's memory
  } else {
    ASSERT_TRUE(failed->request().error);
    const Error& error = *failed->request().error;
    EXPECT_EQ(error.code(), ErrorCode::kDeviceOutOfMemory) << error.what();
    EXPECT_NE(std::string(error.what()).find("MiB"), std::string::npos) << error.what();
  }
  control().set_memory_limit(0, 0);
  EXPECT_FALSE(Answer(*model, package, {{&large}}, true)->request().error);
}

TEST_P(Failures, OfTheWholeDeviceFailEveryRequestAtOnce) {
  load({}, Config(), Limits(1, 4, 2));
  const Picture picture(ColorFormat::kRgb, 70, 31, 0, 20);
  const Ask ask{{&picture}};
  ASSERT_FALSE(Answer(*model, package, ask)->request().error);
  control().hold(1);
  std::vector<std::shared_ptr<Waiter>> waiters;
  for (int i = 0; i < 6; ++i) {
    waiters.push_back(std::make_shared<Waiter>());
    RequestPtr request = MakeRequest(*model, package, ask);
    request->listener = waiters.back();
    model->submit(std::move(request));
  }
  control().lose(0, 700 /* CUDA_ERROR_ILLEGAL_ADDRESS */);
  control().hold(0);
  for (const auto& waiter : waiters) {
    ASSERT_TRUE(waiter->wait());
    ASSERT_TRUE(waiter->request().error);
    EXPECT_EQ(waiter->request().error->code(), ErrorCode::kDeviceLost);
  }
  const auto later = Answer(*model, package, ask);
  ASSERT_TRUE(later->request().error);
  EXPECT_EQ(later->request().error->code(), ErrorCode::kDeviceLost);
}

TEST_P(Failures, DoNotTakeResultsBack) {
  load({}, Config());
  const Picture picture(ColorFormat::kRgb, 70, 31, 0, 21);
  const Ask ask{{&picture}};
  auto answered = Answer(*model, package, ask, true);
  const auto expected = Answer(*beside, package, ask);
  model.reset();
  session = nullptr;
  ExpectSame(answered->request(), expected->request());
  answered.reset();
}

TEST_P(Failures, OfNoRequestMixTheResultsOfMany) {
  load({}, Config(), Limits(1, 3, 3));
  expect_many_unmixed(5);
}

}  // namespace
}  // namespace deeplab::pipeline
