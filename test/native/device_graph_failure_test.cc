// Requests on a GPU as CUDA graphs: what is left when recording or launching fails, call by call.
#include "device_graphs.h"

namespace deeplab::pipeline {
namespace {

using namespace testing_support;  // NOLINT: a test's own helpers
using Ask = testing_support::PictureAsk;

class GraphFailures : public Graphs {
 protected:
  std::shared_ptr<Waiter> ask_once(const Ask& ask) { return Answer(*model, package, ask, true); }
};
INSTANTIATE_TEST_SUITE_P(Ways, GraphFailures,
                         ::testing::Values(Way{"T4", "copied", kEnough, true},
                                           Way{"Orin", "mapped", kEnough, true}),
                         NameOf);

TEST_P(GraphFailures, OfAnyCallOfARecordingFailTheRequestAndSayTheWayOut) {
  const Picture picture(ColorFormat::kRgb, 70, 31, 0, 44);
  const Ask ask{{&picture}};
  int happened = 0;
  for (const char* call : {"cuStreamBeginCapture_v2", "cuMemcpyHtoDAsync_v2", "cuLaunchKernel",
                           "cuStreamGetCaptureInfo_v3", "cuMemcpyDtoHAsync_v2",
                           "cuStreamEndCapture", "cuGraphInstantiateWithFlags"}) {
    load({}, Config(), Limits(1, 4, 1));
    answer(ask);
    calls(call);
    answer(ask);
    const unsigned long long most = calls(call);
    for (unsigned long long nth = 1; nth <= most; ++nth, ++happened) {
      SCOPED_TRACE(std::string(call) + " " + std::to_string(nth));
      load({}, Config(), Limits(1, 4, 1));
      answer(ask);
      ASSERT_EQ(control().fail(call, nth, 1 /* CUDA_ERROR_INVALID_VALUE */), 1);
      const auto failed = ask_once(ask);
      ASSERT_TRUE(failed->request().error);
      const std::string message = failed->request().error->what();
      EXPECT_EQ(failed->request().error->code(), ErrorCode::kDeviceFailed);
      EXPECT_NE(message.find("CUDA_ERROR_INVALID_VALUE"), std::string::npos) << message;
      EXPECT_NE(message.find("turn the option cudaGraphs off"), std::string::npos) << message;
      answer(ask, 3);
    }
  }
  // Two launches, a copy each way, each of which is asked for; and the others once.
  EXPECT_EQ(happened, exchange.mode == cuda::MemoryMode::kCopied ? 11 : 7);
}

TEST_P(GraphFailures, OfAnyCallOfALaunchAreMadeGoodByTheNext) {
  load({}, Config(), Limits(1, 4, 1));
  const Picture a(ColorFormat::kRgb, 70, 31, 0, 45), b(ColorFormat::kRgb, 70, 31, 0, 46);
  Ask one{{&a, &b}}, another{{&b, &a}};
  another.options = [](RequestOptions* options) { options->thresholds.assign(kClasses, 0.6f); };
  answer(one, 3);
  for (const std::string call : {"cuCtxPushCurrent_v2", "cuGraphExecMemcpyNodeSetParams",
                                 "cuGraphExecKernelNodeSetParams_v2", "cuGraphLaunch",
                                 "cuEventRecord", "cuEventSynchronize", "cuEventElapsedTime"}) {
    const bool is_copy = call == "cuGraphExecMemcpyNodeSetParams";
    if (is_copy && exchange.mode != cuda::MemoryMode::kCopied) continue;
    bool happened = true;
    for (unsigned long long nth = 1; happened; ++nth) {
      SCOPED_TRACE(call + " " + std::to_string(nth));
      RequestPtr request = MakeRequest(*model, package, another, true);
      const unsigned long long before = control().calls(call.c_str());
      ASSERT_EQ(control().fail(call.c_str(), nth, 1 /* CUDA_ERROR_INVALID_VALUE */), 1);
      const auto failed = Answer(*model, std::move(request));
      happened = control().calls(call.c_str()) - before >= nth;
      EXPECT_EQ(failed->request().error.has_value(), happened);
      EXPECT_TRUE(happened || nth > 1);
      for (int i = 0; control().calls(call.c_str()) - before < nth; ++i) {
        ASSERT_LT(i, 50);
        Answer(*model, package, i % 2 == 0 ? one : another);
      }
      answer(one, 2);
    }
  }
}

TEST_P(GraphFailures, OfANetworkThatCannotBeRecordedSayTheWayOut) {
  load({}, Config(), Limits(1, 4, 1));
  const Picture picture(ColorFormat::kRgb, 70, 31, 0, 47);
  const Ask ask{{&picture}};
  answer(ask);
  SmallDeviceSlot& slot = *session->slots.front();
  slot.refuses_capture = true;
  for (int i = 0; i < 2; ++i) {
    const auto failed = ask_once(ask);
    ASSERT_TRUE(failed->request().error);
    EXPECT_EQ(failed->request().error->code(), ErrorCode::kBackendFailed);
    const std::string message = failed->request().error->what();
    EXPECT_NE(message.find("the network cannot be recorded now"), std::string::npos) << message;
    EXPECT_NE(message.find("turn the option cudaGraphs off"), std::string::npos) << message;
  }
  slot.refuses_capture = false;
  slot.waits_in_capture = true;
  const auto failed = ask_once(ask);
  ASSERT_TRUE(failed->request().error);
  EXPECT_EQ(failed->request().error->code(), ErrorCode::kDeviceFailed);
  const std::string message = failed->request().error->what();
  EXPECT_NE(message.find("CUDA_ERROR_STREAM_CAPTURE_INVALIDATED"), std::string::npos) << message;
  EXPECT_NE(message.find("turn the option cudaGraphs off"), std::string::npos) << message;
  slot.waits_in_capture = false;
  answer(ask, 3);
}

TEST_P(GraphFailures, OfTheWholeDeviceAreThoseOfALostOne) {
  const Picture picture(ColorFormat::kRgb, 70, 31, 0, 48);
  const Ask ask{{&picture}};
  for (const char* call : {"cuStreamGetCaptureInfo_v3", "cuStreamEndCapture", "cuGraphLaunch"}) {
    SCOPED_TRACE(call);
    load({}, Config(), Limits(1, 4, 1));
    answer(ask);
    ASSERT_EQ(control().fail(call, 1, 700 /* CUDA_ERROR_ILLEGAL_ADDRESS */), 1);
    for (const bool copied : {true, false}) {
      const auto lost = Answer(*model, package, ask, copied);
      ASSERT_TRUE(lost->request().error);
      EXPECT_EQ(lost->request().error->code(), ErrorCode::kDeviceLost);
    }
    TearDown();
    ASSERT_NO_FATAL_FAILURE(SetUp());
  }
}

TEST_P(GraphFailures, OfNoRequestMixTheResultsOfMany) {
  load({}, Config(), Limits(1, 3, 3));
  expect_many_unmixed(6);
  EXPECT_GT(launched(), 0u);
}

}  // namespace
}  // namespace deeplab::pipeline
