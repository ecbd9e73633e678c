// Runs of engines that are recorded as CUDA graphs, on the doubles of TensorRT and the driver: a
// context for each shape, and a number for each state in which what was recorded holds.
#include <gtest/gtest.h>

#include "cuda/graph.h"
#include "device_models.h"
#include "infer/trt_backend.h"
#include "trt_double.h"

namespace deeplab::infer {
namespace {

using namespace testing_support;  // NOLINT: a test's own helpers

class TrtGraphs : public test::TrtDouble {
 protected:
  // Of heights and widths 4 … 16, and 1 or 2 images.
  void open(bool graphs) {
    test::PlanRequest wanted;
    wanted.network = "dynamic_size";
    wanted.profiles = {{{{1, 3, 4, 4}, {1, 3, 8, 8}, {2, 3, 16, 16}}}};
    const auto path = folder_.path() / "engine.plan";
    WriteText(path, build(wanted));
    OpenRequest request = test::OpenRequestFor(path.string(), 2);
    request.device_options.graphs = graphs;
    slot_.reset();
    session_ = OpenTrt(request);
    slot_ = session_->new_slot();
  }
  void TearDown() override {
    slot_.reset();
    session_.reset();
    TrtDouble::TearDown();
  }

  DeviceSlot& slot() { return dynamic_cast<DeviceSlot&>(*slot_); }
  uint64_t prepare(int height, int width = 8) {
    input_ = slot().prepare(1, height, width);
    height_ = height;
    width_ = width;
    return slot().recordable()->number;
  }
  uint64_t run(int height) {
    const uint64_t number = prepare(height);
    slot().run();
    slot().stream()->synchronize();
    return number;
  }
  cuda::Graph record() {
    cuda::Capture capture(*slot().stream());
    slot().run();
    return capture.finish();
  }
  unsigned long long contexts() { return trt_control().calls("createExecutionContext"); }

  // Launches what was recorded for the prepared shape on other pixels, and compares.
  void expect_launched(const cuda::Graph& graph, float first) {
    std::vector<float> input(static_cast<size_t>(3 * height_ * width_));
    for (size_t i = 0; i < input.size(); ++i) input[i] = first + static_cast<float>(i % 19);
    const cuda::Stream& stream = *slot().stream();
    stream.upload(reinterpret_cast<cuda::CUdeviceptr>(input_), input.data(),
                  input.size() * sizeof(float));
    const ConstPlanes& planes = slot().recordable()->planes->front();
    std::vector<float> launched(planes.shape.elements()), plain(launched.size());
    const auto logits = reinterpret_cast<cuda::CUdeviceptr>(planes.data);
    stream.fill(logits, 0xff, launched.size() * sizeof(float));
    graph.launch(stream);
    stream.download(launched.data(), logits, launched.size() * sizeof(float));
    slot().run();
    stream.download(plain.data(), logits, plain.size() * sizeof(float));
    stream.synchronize();
    EXPECT_EQ(launched, plain);
  }

  const ScratchFolder folder_;
  std::unique_ptr<Session> session_;
  std::unique_ptr<Slot> slot_;
  void* input_ = nullptr;
  int height_ = 0, width_ = 0;
};

TEST_F(TrtGraphs, HoldWhileOtherShapesAreRun) {
  open(true);
  const cuda::Current current(*slot().memory()->device());
  const uint64_t large = run(16);
  const cuda::Graph of_large = record();
  const uint64_t small = run(8);
  const cuda::Graph of_small = record();
  EXPECT_NE(large, small);
  EXPECT_EQ(contexts(), 2u);
  for (const float first : {1.f, -7.f}) {
    EXPECT_EQ(prepare(16), large);
    expect_launched(of_large, first);
    EXPECT_EQ(prepare(8), small);
    expect_launched(of_small, first + 3);
  }
  EXPECT_EQ(contexts(), 2u);
}

TEST_F(TrtGraphs, AreVoidWhereTheMemoryMoved) {
  open(true);
  const cuda::Current current(*slot().memory()->device());
  const uint64_t small = run(4);
  const uint64_t large = run(16);
  const uint64_t moved = prepare(4);
  EXPECT_NE(moved, small);
  EXPECT_EQ(prepare(16), large);
  EXPECT_EQ(prepare(4), moved);
  run(4);
  expect_launched(record(), 2);
}

TEST_F(TrtGraphs, AreVoidWhereTheirContextTookAnotherShape) {
  open(true);
  const cuda::Current current(*slot().memory()->device());
  std::vector<uint64_t> numbers;
  for (int height = 16; height > 8; --height) numbers.push_back(run(height));
  EXPECT_EQ(contexts(), 8u);
  for (int height = 16; height > 8; --height) {
    EXPECT_EQ(prepare(height), numbers[static_cast<size_t>(16 - height)]) << height;
  }
  run(8);  // in the context of 16
  EXPECT_EQ(contexts(), 8u);
  EXPECT_EQ(prepare(9), numbers.back());
  EXPECT_NE(prepare(16), numbers.front());
}

TEST_F(TrtGraphs, AreNotWantedByOthers) {
  open(false);
  const cuda::Current current(*slot().memory()->device());
  const uint64_t large = run(16);
  run(8);
  EXPECT_EQ(contexts(), 1u);
  EXPECT_NE(prepare(16), large);  // its context had another shape meanwhile
}

// The whole way of pictures, beside the same without graphs.
TEST_F(TrtGraphs, OfWholeRequestsGiveTheSameResults) {
  using namespace pipeline;                   // NOLINT
  using namespace pipeline::testing_support;  // NOLINT
  plan::ModelConfig config;
  config.input_width = config.input_height = 8;
  config.class_count = 2;
  std::shared_ptr<Model> models[2];
  for (const bool graphs : {false, true}) {
    open(graphs);
    slot_.reset();
    models[graphs] = Model::Over(std::move(session_), {}, ScalarStages());
  }
  const auto package = std::make_shared<Package>(config, models[0]->info(), false);
  const unsigned long long before = control().calls("cuGraphLaunch");
  for (uint32_t i = 0; i < 6; ++i) {
    const Picture one(ColorFormat::kRgb, 20, 31, 0, i), two(ColorFormat::kNv12, 40, 22, 0, i + 50);
    PictureAsk ask{{&one}};
    if (i % 2 == 1) ask.pictures.push_back(&two);
    ask.options = [i](RequestOptions* options) {
      options->thresholds.assign(2, 0.1f * static_cast<float>(i));
    };
    const auto plain = Answer(*models[0], package, ask, true);
    const auto whole = Answer(*models[1], package, ask, true);
    ExpectSame(whole->request(), plain->request());
  }
  EXPECT_GE(control().calls("cuGraphLaunch") - before, 1u);
}

// TensorRT's own words, not those of a driver that was asked what must not be asked now.
TEST_F(TrtGraphs, ThatCannotBeRecordedSayWhy) {
  open(true);
  const cuda::Current current(*slot().memory()->device());
  prepare(16);  // has not run in this shape
  const Error error = ExpectError(ErrorCode::kBackendFailed, [&] { record(); });
  EXPECT_TRUE(Contains(error.what(), "TensorRT could not run the engine")) << error.what();
  run(16);
  expect_launched(record(), 4);
}

}  // namespace
}  // namespace deeplab::infer
