// Requests on a GPU as CUDA graphs: equal to the CPU's to the bit whatever changes between
// launches, what they cost, and which are kept.
#include "device_graphs.h"
#include "pipeline/graphs_cuda.h"

namespace deeplab::pipeline {
namespace {

using namespace testing_support;  // NOLINT: a test's own helpers
using Ask = testing_support::PictureAsk;

INSTANTIATE_TEST_SUITE_P(Ways, Graphs,
                         ::testing::Values(Way{"T4", "copied", kEnough, true},
                                           Way{"Orin", "mapped", kEnough, true},
                                           Way{"Orin", "managed", kEnough, true}),
                         NameOf);

TEST_P(Graphs, AreRecordedAtTheSecondRequestAndThenLaunched) {
  load({}, Config(), Limits(1, 4, 1));
  const Picture picture(ColorFormat::kRgb, 70, 31, 0, 30);
  const Ask ask{{&picture}};
  answer(ask);
  EXPECT_EQ(recorded() + launched(), 0u);
  answer(ask);
  EXPECT_EQ(recorded(), 1u);
  EXPECT_EQ(launched(), 1u);
  calls("cuLaunchKernel"), calls("cuMemcpyHtoDAsync_v2"), calls("cuMemcpyDtoHAsync_v2");
  answer(ask, 5);
  EXPECT_EQ(recorded(), 0u);
  EXPECT_EQ(launched(), 5u);
  EXPECT_EQ(calls("cuLaunchKernel"), 0u);
  EXPECT_EQ(calls("cuMemcpyHtoDAsync_v2") + calls("cuMemcpyDtoHAsync_v2"), 0u);
}

TEST_P(Graphs, OfACameraCostTheLeast) {
  const bool copies = exchange.mode == cuda::MemoryMode::kCopied;
  load({}, Config(), Limits(1, 4, 1));
  const Picture picture(ColorFormat::kRgb, 70, 31, 0, 31);
  answer({{&picture}}, 4);
  launched();
  const auto before = counters();
  for (const char* call : {"cuEventSynchronize", "cuEventRecord", "cuStreamSynchronize",
                           "cuGraphExecMemcpyNodeSetParams", "cuGraphExecKernelNodeSetParams_v2"}) {
    calls(call);
  }
  Answer(*model, package, {{&picture}}, true);
  EXPECT_EQ(launched(), 1u);
  EXPECT_EQ(calls("cuEventSynchronize"), 1u);
  EXPECT_EQ(calls("cuEventRecord"), 2u);
  EXPECT_EQ(calls("cuStreamSynchronize"), 0u);
  EXPECT_LE(calls("cuGraphExecMemcpyNodeSetParams"), copies ? 2u : 0u);
  EXPECT_LE(calls("cuGraphExecKernelNodeSetParams_v2"),
            exchange.mode == cuda::MemoryMode::kMapped ? 2u : 0u);
  EXPECT_EQ(counters().launches - before.launches, 2u);  // the graph's
  if (copies) {
    EXPECT_EQ(counters().to_device_copies - before.to_device_copies, 1u);
    EXPECT_EQ(counters().from_device_copies - before.from_device_copies, 1u);
  }
}

// Nothing of the request that was recorded, nor of the one before, is in the next one's results.
TEST_P(Graphs, TakeEachRequestsOwnPixelsAndOptions) {
  plan::ModelConfig config = Config();
  config.static_crop = {true, 10, 90, 20, 100};
  load({}, config, Limits(1, 4, 1));
  std::vector<std::unique_ptr<Picture>> pictures;
  for (uint32_t i = 0; i < 4; ++i) {
    pictures.push_back(std::make_unique<Picture>(ColorFormat::kRgb, 70, 31, 0, 200 + i));
  }
  answer({{pictures[0].get()}}, 2);
  EXPECT_EQ(recorded(), 1u);
  launched();
  for (const auto& picture : pictures) answer({{picture.get()}});
  for (const float threshold : {0.f, 0.21f, 0.5f, 0.99f}) {
    Ask ask{{pictures[1].get()}};
    ask.options = [=](RequestOptions* options) { options->thresholds.assign(kClasses, threshold); };
    answer(ask);
  }
  Ask whole{{pictures[2].get()}};
  whole.options = [](RequestOptions* options) { options->overrides.disable_static_crop = true; };
  answer(whole);
  const Picture larger(ColorFormat::kBgra, 93, 64, 5, 33),
      smaller(ColorFormat::kGray, 21, 50, 0, 34), video(ColorFormat::kNv12, 70, 30, 0, 35);
  for (const Picture* picture : {&smaller, &video, &larger}) answer({{picture}}, 2);
  answer({{pictures[3].get()}});
  EXPECT_EQ(launched(), 4u + 4u + 1u + 6u + 1u);  // all of them by that one graph
  EXPECT_EQ(recorded(), 0u);
}

TEST_P(Graphs, OfDifferentShapesTakeTurns) {
  load({}, Config(), Limits(1, 4, 1));
  const Picture a(ColorFormat::kRgb, 70, 31, 0, 36), b(ColorFormat::kRgb, 40, 33, 0, 37);
  Ask overlay{{&b, &a}};
  overlay.options = [](RequestOptions* options) {
    options->include.overlay = options->include.class_areas = true;
    options->overlay.colors.assign(kClasses, 0xff123456u);
  };
  for (int i = 0; i < 4; ++i) {
    answer({{&a}});
    answer({{&a, &b, &a}});
    answer(overlay);
  }
  // The largest comes last: what it moves to make room is another network's memory for the others.
  EXPECT_GE(recorded(), 3u);
  answer({{&a}}, 2), answer({{&a, &b, &a}}, 2), answer(overlay, 2);
  recorded(), launched();
  answer({{&a}}), answer({{&a, &b, &a}}), answer(overlay);
  EXPECT_EQ(recorded(), 0u);
  EXPECT_EQ(launched(), 3u);
}

TEST_P(Graphs, OfANetworkWhoseMemoryMovedAreNotLaunched) {
  load({}, Config(), Limits(1, 4, 1));
  const Picture a(ColorFormat::kRgb, 70, 31, 0, 50), b(ColorFormat::kRgb, 40, 33, 0, 51);
  answer({{&a}}, 3);
  EXPECT_EQ(launched(), 2u);
  answer({{&a, &b, &a}});
  answer({{&a}});
  EXPECT_EQ(launched(), 0u);
  answer({{&a}}, 2);
  EXPECT_EQ(launched(), 2u);
}

TEST_P(Graphs, AreKeptForTheLastEightKinds) {
  load({}, Config(), Limits(1, 10, 1));
  const Picture picture(ColorFormat::kRgb, 30, 31, 0, 38);
  const auto batch = [&](int images) {
    Ask ask;
    ask.pictures.assign(static_cast<size_t>(images), &picture);
    return ask;
  };
  answer(batch(9));  // memory for all that follows
  const int most = static_cast<int>(RequestGraphs::kMost);
  for (int images = 1; images <= most; ++images) answer(batch(images), 2);
  EXPECT_EQ(recorded(), RequestGraphs::kMost);
  launched();
  for (int images = 1; images <= most; ++images) answer(batch(images));
  EXPECT_EQ(launched(), RequestGraphs::kMost);
  calls("cuGraphExecDestroy");
  answer(batch(9));
  EXPECT_EQ(calls("cuGraphExecDestroy"), 1u);
  for (int images = 2; images <= most; ++images) answer(batch(images));
  EXPECT_EQ(launched(), RequestGraphs::kMost - 1);
  answer(batch(1));  // went for the 9
  EXPECT_EQ(launched(), 0u);
}

TEST_P(Graphs, OfPaddedAndSplitBatchesAreTheCpusToo) {
  load({}, Config(), Limits(4, 6, 2));
  const Picture a(ColorFormat::kRgb, 70, 31, 0, 39), b(ColorFormat::kGray, 33, 90, 0, 40);
  answer({{&a}}, 6);
  answer({{&a, &b, &a, &b, &b, &a, &a, &b, &b}}, 6);
  EXPECT_GT(launched(), 0u);
}

TEST_P(Graphs, AreNotMadeOfWhatIsNotKnownBefore) {
  load({}, Config(), Limits(1, 4, 1));
  session->slots.front()->knows_planes = false;
  const Picture picture(ColorFormat::kRgb, 70, 31, 0, 41);
  answer({{&picture}}, 4);
  EXPECT_EQ(recorded() + launched(), 0u);
}

TEST_P(Graphs, TimeTheWhole) {
  load({}, Config(), Limits(1, 4, 1));
  control().set_delay(2000, 3);
  const Picture picture(ColorFormat::kRgb, 70, 31, 0, 42);
  answer({{&picture}}, 2);
  const auto waiter = Answer(*model, package, {{&picture}}, true);
  const Timings& timings = waiter->request().results[0].timings;
  EXPECT_GT(timings.network, 0);
  EXPECT_EQ(timings.postprocess, 0);
}

class UnpinnedGraphs : public Graphs {};
INSTANTIATE_TEST_SUITE_P(Ways, UnpinnedGraphs,
                         ::testing::Values(Way{"T4", "copied", kEnough, true}), NameOf);

TEST_P(UnpinnedGraphs, AreNotRecorded) {
  load({}, Config(), Limits(1, 4, 1));
  const Picture picture(ColorFormat::kRgb, 70, 31, 0, 43);
  std::vector<uint8_t> ids(size_t{70} * 31);
  Ask ask{{&picture}};
  const auto expected = Answer(*beside, package, ask);
  ask.image = [&](InputImage* image, size_t) { image->out_ids = ids.data(); };
  for (int i = 0; i < 4; ++i) {
    std::fill(ids.begin(), ids.end(), uint8_t{77});
    EXPECT_FALSE(Answer(*model, package, ask, true)->request().error);
    EXPECT_EQ(std::memcmp(ids.data(), expected->request().results[0].ids.data(), ids.size()), 0);
  }
  EXPECT_EQ(recorded() + launched(), 0u);
  const cuda::RegisteredMemory pinned(device, ids.data(), ids.size());
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(Answer(*model, package, ask, true)->request().error);
  EXPECT_EQ(launched(), 2u);
  EXPECT_EQ(std::memcmp(ids.data(), expected->request().results[0].ids.data(), ids.size()), 0);
}

}  // namespace
}  // namespace deeplab::pipeline
