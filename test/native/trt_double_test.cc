// Engines of TensorRT's double, run through the product's declarations: the values are ONNX
// Runtime's own, bit by bit, whatever the way they went.
#include <cstring>
#include <thread>

#include "core/half.h"
#include "trt_double.h"

namespace deeplab::test {
namespace {

using infer::testing_support::OpenSession;
using infer::testing_support::RequestFor;

constexpr size_t kInputPlane = 4 * 6;

std::vector<float> Ramp(size_t count, float step = 0.01f) {
  std::vector<float> values(count);
  for (size_t i = 0; i < count; ++i) values[i] = static_cast<float>(i % 997) * step - 1.0f;
  return values;
}

// What the product's CPU backend makes of it.
std::vector<float> Expected(const std::string& network, const std::vector<float>& input, int batch,
                            int height = 4, int width = 6) {
  const auto session = OpenSession(RequestFor(network));
  const auto slot = session->new_slot();
  std::memcpy(slot->prepare(batch, height, width), input.data(), input.size() * sizeof(float));
  std::vector<float> values;
  for (const ConstPlanes& planes : slot->run()) {
    const auto* const first = static_cast<const float*>(planes.data);
    values.insert(values.end(), first, first + planes.shape.elements());
  }
  return values;
}

// One context with memory of its own for the tensors, and a stream.
class Runner {
 public:
  Runner(const cuda::DriverApi& api, const CudaControl& control, trt::ICudaEngine& engine)
      : api_(api),
        control_(control),
        context_(engine->createExecutionContext(trt::ContextMemory::kStatic)) {
    api_.StreamCreate.call(&stream_, cuda::CU_STREAM_NON_BLOCKING);
    api_.MemAlloc.call(&input_, kBytes);
    api_.MemAlloc.call(&output_, kBytes);
  }
  ~Runner() {
    api_.StreamSynchronize.call(stream_);
    context_.reset();
    api_.MemFree.call(input_);
    api_.MemFree.call(output_);
    api_.StreamDestroy.call(stream_);
  }

  trt::IExecutionContext& context() { return *context_; }
  cuda::CUstream stream() const { return stream_; }

  bool bind(const std::vector<int64_t>& shape) {
    return (*context_)->setInputShape("image", ToDims(shape)) &&
           (*context_)->setTensorAddress("image", reinterpret_cast<void*>(input_)) &&
           (*context_)->setTensorAddress("logits", reinterpret_cast<void*>(output_));
  }
  bool enqueue() { return (*context_)->enqueueV3(stream_); }
  template <typename Value>
  void write(const std::vector<Value>& values) {
    std::memcpy(control_.host_address(input_), values.data(), values.size() * sizeof(Value));
  }
  // Waits.
  template <typename Value = float>
  std::vector<Value> read(size_t count) {
    EXPECT_EQ(api_.StreamSynchronize.call(stream_), 0);
    std::vector<Value> values(count);
    std::memcpy(values.data(), control_.host_address(output_), count * sizeof(Value));
    return values;
  }
  void clear_output() { std::memset(control_.host_address(output_), 0, kBytes); }

 private:
  static constexpr size_t kBytes = 1 << 16;
  const cuda::DriverApi& api_;
  const CudaControl& control_;
  std::unique_ptr<trt::IExecutionContext> context_;
  cuda::CUstream stream_ = nullptr;
  cuda::CUdeviceptr input_ = 0, output_ = 0;
};

class TrtEngine : public TrtDouble {
 protected:
  // An engine that stays until the test ends.
  trt::ICudaEngine& open(const PlanRequest& request) {
    if (runtime_ == nullptr) runtime_ = library().new_runtime();
    std::string log;
    const std::string plan = build(request, &log);
    EXPECT_NE(plan, "") << log;
    engines_.push_back(deserialize(*runtime_, plan, &log));
    EXPECT_NE(engines_.back(), nullptr) << log;
    return *engines_.back();
  }
  Runner run(trt::ICudaEngine& engine) { return Runner(api(), control(), engine); }
  void TearDown() override {
    engines_.clear();
    runtime_.reset();
    TrtDouble::TearDown();
  }

  std::unique_ptr<trt::IRuntime> runtime_;
  std::vector<std::unique_ptr<trt::ICudaEngine>> engines_;
};

TEST_F(TrtEngine, SaysWhatItHas) {
  trt::ICudaEngine& engine = open(DynamicBatch());
  ASSERT_EQ(engine->getNbIOTensors(), 2);
  EXPECT_STREQ(engine->getIOTensorName(0), "image");
  EXPECT_STREQ(engine->getIOTensorName(1), "logits");
  EXPECT_EQ(engine->getTensorIOMode("image"), trt::TensorIOMode::kInput);
  EXPECT_EQ(engine->getTensorIOMode("logits"), trt::TensorIOMode::kOutput);
  EXPECT_EQ(engine->getTensorDataType("logits"), trt::DataType::kFloat);
  EXPECT_EQ(engine->getTensorFormat("image"), trt::TensorFormat::kLinear);
  EXPECT_EQ(engine->getTensorLocation("image"), trt::TensorLocation::kDevice);
  EXPECT_FALSE(engine->isShapeInferenceIO("image"));
  EXPECT_EQ(ToSizes(engine->getTensorShape("image")), (std::vector<int64_t>{-1, 3, 4, 6}));
  EXPECT_EQ(ToSizes(engine->getTensorShape("logits")), (std::vector<int64_t>{-1, 2, 4, 6}));
  EXPECT_EQ(engine->getNbOptimizationProfiles(), 1);
  const auto limit = [&](trt::OptProfileSelector selector) {
    return ToSizes(engine->getProfileShape("image", 0, selector))[0];
  };
  EXPECT_EQ(limit(trt::OptProfileSelector::kMin), 1);
  EXPECT_EQ(limit(trt::OptProfileSelector::kOpt), 2);
  EXPECT_EQ(limit(trt::OptProfileSelector::kMax), 4);
  EXPECT_GT(engine->getDeviceMemorySizeV2(), 0);
  EXPECT_EQ(engine->getHardwareCompatibilityLevel(), trt::HardwareLevel::kNone);
}

TEST_F(TrtEngine, SaysOfAnUnknownTensorThatItIsOne) {
  trt::ICudaEngine& engine = open(DynamicBatch());
  const infer::TrtErrorScope errors;
  EXPECT_EQ(engine->getTensorShape("nothing").rank, -1);
  EXPECT_EQ(errors.text(),
            "ICudaEngine::getTensorShape: Error Code 3: API Usage Error (Given invalid tensor "
            "name: nothing. Get valid tensor names with getIOTensorName())");
}

TEST_F(TrtEngine, SerializesToThePlanItCameFrom) {
  const std::string plan = build(DynamicBatch());
  EXPECT_EQ(build(DynamicBatch()), plan);
  const auto runtime = library().new_runtime();
  const auto engine = deserialize(*runtime, plan);
  const std::unique_ptr<trt::IHostMemory> again((*engine)->serialize());
  EXPECT_EQ(std::string(static_cast<const char*>((*again)->data()), (*again)->size()), plan);
}

TEST_F(TrtEngine, GivesWhatOnnxRuntimeGives) {
  trt::ICudaEngine& engine = open(DynamicBatch());
  Runner runner = run(engine);
  for (const int batch : {1, 4, 3}) {
    const std::vector<float> input = Ramp(static_cast<size_t>(batch) * 3 * kInputPlane);
    ASSERT_TRUE(runner.bind({batch, 3, 4, 6}));
    EXPECT_EQ(runner.context()->inferShapes(0, nullptr), 0);
    EXPECT_EQ(ToSizes(runner.context()->getTensorShape("logits")),
              (std::vector<int64_t>{batch, 2, 4, 6}));
    runner.write(input);
    ASSERT_TRUE(runner.enqueue());
    const std::vector<float> expected = Expected("dynamic_batch", input, batch);
    EXPECT_EQ(runner.read(expected.size()), expected) << batch;
  }
  EXPECT_EQ(trt_counters().inferences, 3u);
  EXPECT_EQ(trt_counters().images, 8u);
}

TEST_F(TrtEngine, OfFixedShapesNeedsNoProfileAndNoShape) {
  PlanRequest request;
  request.network = "static_batch";
  trt::ICudaEngine& engine = open(request);
  EXPECT_EQ(engine->getNbOptimizationProfiles(), 1);
  Runner runner = run(engine);
  EXPECT_TRUE(runner.context()->allInputDimensionsSpecified());
  const std::vector<float> input = Ramp(2 * 3 * kInputPlane);
  ASSERT_TRUE(runner.bind({2, 3, 4, 6}));
  runner.write(input);
  ASSERT_TRUE(runner.enqueue());
  EXPECT_EQ(runner.read(2 * 2 * kInputPlane), Expected("static_batch", input, 2));
}

TEST_F(TrtEngine, OfOpenSizesFindsTheOutputsSize) {
  PlanRequest request;
  request.network = "dynamic_size";
  request.profiles = {{{{1, 3, 4, 4}, {1, 3, 8, 8}, {2, 3, 16, 16}}}};
  trt::ICudaEngine& engine = open(request);
  EXPECT_EQ(ToSizes(engine->getTensorShape("logits")), (std::vector<int64_t>{-1, 2, -1, -1}));
  Runner runner = run(engine);
  const std::vector<float> input = Ramp(3 * 8 * 12);
  ASSERT_TRUE(runner.bind({1, 3, 8, 12}));
  EXPECT_EQ(ToSizes(runner.context()->getTensorShape("logits")),
            (std::vector<int64_t>{1, 2, 4, 6}));
  runner.write(input);
  ASSERT_TRUE(runner.enqueue());
  EXPECT_EQ(runner.read(2 * 4 * 6), Expected("dynamic_size", input, 1, 8, 12));
}

TEST_F(TrtEngine, HasItsExternalDataInside) {
  PlanRequest request;
  request.network = "external";
  request.profiles = {{{{1, 3, 4, 6}, {1, 3, 4, 6}, {1, 3, 4, 6}}}};
  trt::ICudaEngine& engine = open(request);
  Runner runner = run(engine);
  const std::vector<float> input = Ramp(3 * kInputPlane);
  ASSERT_TRUE(runner.bind({1, 3, 4, 6}));
  runner.write(input);
  ASSERT_TRUE(runner.enqueue());
  EXPECT_EQ(runner.read(2 * kInputPlane), Expected("external", input, 1));
}

TEST_F(TrtEngine, ConvertsWhereItsBorderIsHalf) {
  PlanRequest request = DynamicBatch();
  request.input_type = request.output_type = trt::DataType::kHalf;
  trt::ICudaEngine& engine = open(request);
  EXPECT_EQ(engine->getTensorDataType("image"), trt::DataType::kHalf);
  EXPECT_EQ(engine->getTensorDataType("logits"), trt::DataType::kHalf);
  std::vector<uint16_t> halves;
  std::vector<float> input;
  for (const float value : Ramp(3 * kInputPlane)) {
    halves.push_back(FloatToHalf(value));
    input.push_back(HalfToFloat(halves.back()));
  }
  Runner runner = run(engine);
  ASSERT_TRUE(runner.bind({1, 3, 4, 6}));
  runner.write(halves);
  ASSERT_TRUE(runner.enqueue());
  std::vector<uint16_t> expected;
  for (const float value : Expected("dynamic_batch", input, 1)) {
    expected.push_back(FloatToHalf(value));
  }
  EXPECT_EQ(runner.read<uint16_t>(expected.size()), expected);
}

TEST_F(TrtEngine, OfLowerPrecisionDiffersByIt) {
  PlanRequest request = DynamicBatch();
  request.flags = {trt::BuilderFlag::kFp16};
  trt::ICudaEngine& engine = open(request);
  EXPECT_EQ(engine->getTensorDataType("logits"), trt::DataType::kFloat);
  Runner runner = run(engine);
  const std::vector<float> input = Ramp(3 * kInputPlane);
  ASSERT_TRUE(runner.bind({1, 3, 4, 6}));
  runner.write(input);
  ASSERT_TRUE(runner.enqueue());
  const std::vector<float> expected = Expected("dynamic_batch", input, 1);
  const std::vector<float> found = runner.read(expected.size());
  EXPECT_NE(found, expected);
  for (size_t i = 0; i < found.size(); ++i) {
    EXPECT_EQ(found[i], HalfToFloat(FloatToHalf(expected[i])));
  }
}

TEST_F(TrtEngine, OfAHalfNetworkIsHalf) {
  PlanRequest request;
  request.network = "float16";
  request.profiles = {{{{1, 3, 4, 6}, {1, 3, 4, 6}, {2, 3, 4, 6}}}};
  request.input_type = request.output_type = trt::DataType::kHalf;
  trt::ICudaEngine& engine = open(request);
  Runner runner = run(engine);
  ASSERT_TRUE(runner.bind({1, 3, 4, 6}));
  std::vector<uint16_t> input(3 * kInputPlane, FloatToHalf(1.5f));
  runner.write(input);
  ASSERT_TRUE(runner.enqueue());
  EXPECT_EQ(runner.read<uint16_t>(input.size()),
            std::vector<uint16_t>(input.size(), FloatToHalf(2.5f)));
}

TEST_F(TrtEngine, ContextsOfSeveralThreadsRunSideBySide) {
  trt::ICudaEngine& engine = open(DynamicBatch());
  std::vector<std::vector<float>> found(3), inputs(3);
  std::vector<std::thread> threads;
  for (size_t i = 0; i < 3; ++i) {
    inputs[i] = Ramp(2 * 3 * kInputPlane, 0.01f * static_cast<float>(i + 1));
    threads.emplace_back([&, i] {
      ASSERT_EQ(api().CtxPushCurrent.call(context_), 0);
      Runner runner = run(engine);
      ASSERT_TRUE(runner.bind({2, 3, 4, 6}));
      for (int round = 0; round < 5; ++round) {
        runner.write(inputs[i]);
        ASSERT_TRUE(runner.enqueue());
        found[i] = runner.read(2 * 2 * kInputPlane);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (size_t i = 0; i < 3; ++i) EXPECT_EQ(found[i], Expected("dynamic_batch", inputs[i], 2));
}

TEST_F(TrtEngine, RunsAgainWithEachReplayOfAGraph) {
  trt::ICudaEngine& engine = open(DynamicBatch());
  Runner runner = run(engine);
  ASSERT_TRUE(runner.bind({2, 3, 4, 6}));
  runner.write(Ramp(2 * 3 * kInputPlane));
  ASSERT_TRUE(runner.enqueue());  // sets the shapes up
  EXPECT_EQ(api().StreamSynchronize.call(runner.stream()), 0);
  cuda::CUgraph graph = nullptr;
  cuda::CUgraphExec exec = nullptr;
  ASSERT_EQ(
      api().StreamBeginCapture.call(runner.stream(), cuda::CU_STREAM_CAPTURE_MODE_THREAD_LOCAL), 0);
  ASSERT_TRUE(runner.enqueue());
  ASSERT_EQ(api().StreamEndCapture.call(runner.stream(), &graph), 0);
  ASSERT_EQ(api().GraphInstantiate.call(&exec, graph, 0), 0);
  for (const float step : {0.02f, 0.03f}) {
    const std::vector<float> input = Ramp(2 * 3 * kInputPlane, step);
    runner.write(input);
    runner.clear_output();
    ASSERT_EQ(api().GraphLaunch.call(exec, runner.stream()), 0);
    EXPECT_EQ(runner.read(2 * 2 * kInputPlane), Expected("dynamic_batch", input, 2));
  }
  EXPECT_EQ(trt_counters().enqueues, 2u);
  EXPECT_EQ(trt_counters().inferences, 3u);
  EXPECT_EQ(api().GraphExecDestroy.call(exec), 0);
  EXPECT_EQ(api().GraphDestroy.call(graph), 0);
}

TEST_F(TrtEngine, CannotSetNewShapesUpInACapture) {
  trt::ICudaEngine& engine = open(DynamicBatch());
  Runner runner = run(engine);
  ASSERT_TRUE(runner.bind({2, 3, 4, 6}));
  ASSERT_EQ(
      api().StreamBeginCapture.call(runner.stream(), cuda::CU_STREAM_CAPTURE_MODE_THREAD_LOCAL), 0);
  const infer::TrtErrorScope errors;
  EXPECT_FALSE(runner.enqueue());
  EXPECT_EQ(errors.text(),
            "IExecutionContext::enqueueV3: Error Code 1: Cuda Runtime (operation not permitted "
            "when stream is capturing)");
  cuda::CUgraph graph = nullptr;
  EXPECT_EQ(api().StreamEndCapture.call(runner.stream(), &graph),
            cuda::CUDA_ERROR_STREAM_CAPTURE_INVALIDATED);
}

}  // namespace
}  // namespace deeplab::test
