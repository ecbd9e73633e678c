// What a request costs once warm, through TensorRT: one enqueue, two kernels, a copy each way, one
// wait. On the doubles, whole as a user's request goes.
#include <gtest/gtest.h>

#include "fake_session.h"
#include "infer/trt_backend.h"
#include "trt_double.h"

namespace deeplab::pipeline {
namespace {

using infer::testing_support::ScratchFolder;
using infer::testing_support::WriteText;
using testing_support::Waiter;

struct Cost {
  unsigned long long enqueues, launches, up, down, bytes_down, pageable, waits, other_waits,
      allocations;
};

class TrtCosts : public test::TrtDouble {
 protected:
  std::shared_ptr<Model> load() {
    const std::string path = (folder_.path() / "engine.plan").string();
    WriteText(path, build(test::DynamicBatch()));
    SchedulerOptions options;
    options.max_in_flight = 1;  // one lane, so that what was warmed is what is asked
    return Model::Over(infer::OpenTrt(test::OpenRequestFor(path, 4)), options, HostStages());
  }

  Cost now() {
    const auto c = counters();
    unsigned long long others = 0;
    for (const char* call : {"cuStreamSynchronize", "cuCtxSynchronize", "cuStreamQuery"}) {
      others += control().calls(call);
    }
    return {trt_counters().enqueues,
            c.launches,
            c.to_device_copies,
            c.from_device_copies,
            c.device_to_pinned,
            c.pageable_to_device + c.device_to_pageable,
            control().calls("cuEventSynchronize"),
            others,
            c.device_allocations + c.pinned_allocations};
  }

  const ScratchFolder folder_;
};

TEST_F(TrtCosts, OfARequestAreTheLeast) {
  const std::shared_ptr<Model> model = load();
  plan::ModelConfig config;
  config.input_width = 6;
  config.input_height = 4;
  const auto package = std::make_shared<Package>(config, model->info(), false);
  testing_support::Ask ask;
  ask.size = 20;
  const auto answer = [&] {
    auto waiter = std::make_shared<Waiter>();
    RequestPtr request = MakeRequest(package, ask);
    for (InputImage& image : request->images) {
      image.copy = model->buffers().acquire(image.copy.size());
      std::fill_n(image.copy.as<uint8_t>(), image.copy.size(), uint8_t{7});
      image.view.data = image.copy.as<uint8_t>();
    }
    request->listener = waiter;
    model->submit(std::move(request));
    ASSERT_TRUE(waiter->wait());
    ASSERT_FALSE(waiter->take()->error);
  };
  for (int i = 0; i < 4; ++i) answer();
  const Cost before = now();
  answer();
  const Cost after = now();
  EXPECT_EQ(after.enqueues - before.enqueues, 1u);
  EXPECT_EQ(after.launches - before.launches, 2u);
  EXPECT_EQ(after.up - before.up, 1u);
  EXPECT_EQ(after.down - before.down, 1u);
  EXPECT_EQ(after.bytes_down - before.bytes_down, 20u * 20 * 5);
  EXPECT_EQ(after.pageable - before.pageable, 0u);
  EXPECT_EQ(after.waits - before.waits, 1u);
  EXPECT_EQ(after.other_waits - before.other_waits, 0u);
  EXPECT_EQ(after.allocations - before.allocations, 0u);
}

}  // namespace
}  // namespace deeplab::pipeline
