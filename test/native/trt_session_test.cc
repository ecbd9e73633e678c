// Engines loaded and run by the product's own backend, on the doubles of TensorRT and the driver:
// the same logits as ONNX Runtime's, refusals in words that help, limits, several devices, and what
// is left when something fails.
#include <gtest/gtest.h>

#include <cstring>

#include "driver_failures.h"
#include "infer/trt_backend.h"
#include "infer/weights.h"
#include "trt_double.h"

namespace deeplab::infer {
namespace {

using namespace testing_support;  // NOLINT: a test's own helpers
using test::PlanRequest;

class TrtSessions : public test::TrtDouble {
 protected:
  // A plan in a file, and what opens it.
  OpenRequest request_for(const PlanRequest& wanted) {
    std::string log;
    return request_of(build(wanted, &log));
  }
  OpenRequest request_of(const std::string& plan) {
    const auto path = folder_.path() / ("engine" + std::to_string(++plans_) + ".plan");
    WriteText(path, plan);
    return test::OpenRequestFor(path.string(), 8);
  }

  // What the engine gives for an input of these values.
  std::vector<float> run(Slot& made, int batch, const std::vector<float>& input, int height = 4,
                         int width = 6) {
    auto& slot = dynamic_cast<DeviceSlot&>(made);
    const cuda::Current current(*slot.memory()->device());
    void* const address = slot.prepare(batch, height, width);
    slot.stream()->upload(reinterpret_cast<cuda::CUdeviceptr>(address), input.data(),
                          input.size() * sizeof(float));
    const std::vector<ConstPlanes>& planes = slot.run();
    std::vector<float> values;
    for (const ConstPlanes& image : planes) {
      std::vector<float> part(image.shape.elements());
      slot.stream()->download(part.data(), reinterpret_cast<cuda::CUdeviceptr>(image.data),
                              part.size() * sizeof(float));
      slot.stream()->synchronize();
      values.insert(values.end(), part.begin(), part.end());
    }
    return values;
  }

  static std::vector<float> Values(size_t count) {
    std::vector<float> values(count);
    for (size_t i = 0; i < count; ++i) values[i] = static_cast<float>((i * 37) % 101) * 0.25f - 9;
    return values;
  }

  static std::vector<float> OnOnnxRuntime(const std::string& network, int batch,
                                          const std::vector<float>& input, int height = 4,
                                          int width = 6) {
    OpenRequest request = RequestFor(network);
    request.session.intra_op_threads = 1;
    const auto session = OpenSession(request);
    const auto slot = session->new_slot();
    void* const to = slot->prepare(batch, height, width);
    std::memcpy(to, input.data(), input.size() * sizeof(float));
    std::vector<float> values;
    for (const ConstPlanes& image : slot->run()) {
      const auto* const first = static_cast<const float*>(image.data);
      values.insert(values.end(), first, first + image.shape.elements());
    }
    return values;
  }

  Error refused(const OpenRequest& request, ErrorCode code) {
    return ExpectError(code, [&] { OpenTrt(request); });
  }

  const ScratchFolder folder_;
  int plans_ = 0;
};

TEST_F(TrtSessions, GiveOnnxRuntimesLogitsToTheBit) {
  const auto session = OpenTrt(request_for(test::DynamicBatch()));
  EXPECT_EQ(session->limits().min_batch, 1);
  EXPECT_EQ(session->limits().max_batch, 4);
  EXPECT_EQ(session->limits().slots, 2);
  EXPECT_EQ(session->limits().memory, MemoryKind::kDevice);
  EXPECT_EQ(session->info().backend, "tensorrt");
  EXPECT_EQ(session->info().device, "cuda:0");
  EXPECT_EQ(session->info().output.channels, 2);
  const auto one = session->new_slot(), other = session->new_slot();
  for (const int batch : {1, 3, 4, 2}) {
    const std::vector<float> input = Values(static_cast<size_t>(batch) * 3 * 4 * 6);
    const std::vector<float> expected = OnOnnxRuntime("dynamic_batch", batch, input);
    EXPECT_EQ(run(*one, batch, input), expected) << batch;
    EXPECT_EQ(run(*other, batch, input), expected) << batch;
  }
}

TEST_F(TrtSessions, TakeNoMoreThanTheOptionAllowsAndNoLessThanThePackageSays) {
  OpenRequest request = request_for(test::DynamicBatch());
  request.max_batch = 3;
  request.min_batch = 2;
  request.device_options.slots = 5;
  const auto session = OpenTrt(request);
  EXPECT_EQ(session->limits().min_batch, 2);
  EXPECT_EQ(session->limits().max_batch, 3);
  EXPECT_EQ(session->limits().slots, 5);
  request.min_batch = 9;
  const Error error = refused(request, ErrorCode::kEngineInvalid);
  EXPECT_EQ(Detail(error, "found"), "9");
  EXPECT_EQ(Detail(error, "expected"), "1..4");
}

TEST_F(TrtSessions, OfDynamicSizeTakeItsRange) {
  PlanRequest wanted;
  wanted.network = "dynamic_size";
  wanted.profiles = {{{{1, 3, 4, 4}, {1, 3, 8, 8}, {2, 3, 16, 32}}}};
  const auto session = OpenTrt(request_for(wanted));
  EXPECT_EQ(session->info().input.height, -1);
  EXPECT_EQ(session->info().input.width, -1);
  const auto slot = session->new_slot();
  for (const auto& [height, width] : {std::pair{4, 32}, {16, 5}, {8, 8}}) {
    const std::vector<float> input = Values(static_cast<size_t>(3 * height * width));
    EXPECT_EQ(run(*slot, 1, input, height, width),
              OnOnnxRuntime("dynamic_size", 1, input, height, width));
  }
  const Error error = ExpectError(ErrorCode::kPackageInputMismatch, [&] {
    const cuda::Current current(*dynamic_cast<DeviceSlot&>(*slot).memory()->device());
    slot->prepare(1, 17, 8);
  });
  EXPECT_EQ(Detail(error, "expected"), "[1..2, 3, 4..16, 4..32]");
  EXPECT_EQ(Detail(error, "found"), "[1, 3, 17, 8]");
}

TEST_F(TrtSessions, AreSpreadOverTheDevicesOfOneKind) {
  ASSERT_EQ(control().reset("T4,T4"), 1);
  CudaDouble::SetUpContext();
  OpenRequest request = request_for(test::DynamicBatch());
  request.device = "cuda:*";
  const auto session = OpenTrt(request);
  EXPECT_EQ(session->info().device, "cuda:0, cuda:1");
  EXPECT_EQ(session->limits().slots, 4);
  const auto first = session->new_slot(), second = session->new_slot();
  const auto ordinal = [](Slot& slot) {
    return dynamic_cast<DeviceSlot&>(slot).memory()->device()->ordinal();
  };
  EXPECT_EQ(ordinal(*first), 0);
  EXPECT_EQ(ordinal(*second), 1);
  const std::vector<float> input = Values(2 * 3 * 4 * 6);
  const std::vector<float> expected = OnOnnxRuntime("dynamic_batch", 2, input);
  EXPECT_EQ(run(*first, 2, input), expected);
  EXPECT_EQ(run(*second, 2, input), expected);
  EXPECT_EQ(session->devices().size(), 2u);
}

TEST_F(TrtSessions, OpenNoDeviceOfAnotherKind) {
  OpenRequest request = request_for(test::DynamicBatch());
  request.device = "cuda:*";
  const unsigned long long before = control().calls("cuDevicePrimaryCtxRetain");
  EXPECT_EQ(OpenTrt(request)->info().device, "cuda:0");
  EXPECT_EQ(control().calls("cuDevicePrimaryCtxRetain"), before + 1);
}

TEST_F(TrtSessions, AreOpenedOnTheNamedDeviceOnly) {
  OpenRequest request = request_for(test::DynamicBatch());
  for (const char* device : {"cpu", "cuda:2", "cuda:x", "cuda:"}) {
    request.device = device;
    const Error error = refused(request, ErrorCode::kDeviceUnavailable);
    EXPECT_TRUE(Contains(error.what(), std::string("cuda:") == device ? "cuda" : device))
        << error.what();
  }
}

TEST_F(TrtSessions, OfAnotherDeviceAreRefusedWithBothNames) {
  OpenRequest request = request_for(test::DynamicBatch());
  request.device = "cuda:1";  // an Orin
  const Error error = refused(request, ErrorCode::kEngineDeviceMismatch);
  EXPECT_EQ(Detail(error, "found"), "7.5");
  EXPECT_EQ(Detail(error, "needed"), "8.7");
}

TEST_F(TrtSessions, OfAnotherVersionAreRefused) {
  trt_control().set("VERSION", "10.9.0");
  const std::string plan = build(test::DynamicBatch());
  trt_control().set("VERSION", nullptr);
  const Error error = refused(request_of(plan), ErrorCode::kEngineVersionMismatch);
  EXPECT_TRUE(Contains(error.what(), "engine")) << error.what();
  EXPECT_FALSE(Detail(error, "needed").empty());
}

TEST_F(TrtSessions, OfGarbageAreRefused) {
  for (const std::string& bytes :
       {std::string(), std::string("no plan at all"), build(test::DynamicBatch()).substr(0, 200)}) {
    const Error error = refused(request_of(bytes), ErrorCode::kEngineInvalid);
    EXPECT_TRUE(Contains(error.what(), ".plan")) << error.what();
  }
}

TEST_F(TrtSessions, WithCodeForTheHostAreRefused) {
  PlanRequest wanted = test::DynamicBatch();
  wanted.flags = {trt::BuilderFlag::kVersionCompatible};
  const Error error = refused(request_for(wanted), ErrorCode::kEngineInvalid);
  EXPECT_TRUE(Contains(error.what(), "code for the host")) << error.what();
}

TEST_F(TrtSessions, OfOtherEndsAreRefusedWithWhatTheyHave) {
  PlanRequest wanted;
  wanted.network = "rank_3_output";
  wanted.profiles = test::DynamicBatch().profiles;
  const Error error = refused(request_for(wanted), ErrorCode::kPackageWeightsInvalid);
  EXPECT_TRUE(Contains(Detail(error, "found"), "output")) << error.what();
}

TEST_F(TrtSessions, NeedADriverAndALibrary) {
  OpenRequest request = request_for(test::DynamicBatch());
  const LibraryCandidate driver = request.candidates[0], library = request.candidates[1];
  request.candidates = {library};
  EXPECT_FALSE(ProbeTrt(request.candidates).ok);
  refused(request, ErrorCode::kDeviceUnavailable);
  request.candidates = {driver, {kTrtLibraryName, "an option", "/nowhere/libnvinfer.so.10"}};
  EXPECT_FALSE(ProbeTrt(request.candidates).ok);
  const Error error = refused(request, ErrorCode::kBackendUnavailable);
  EXPECT_TRUE(Contains(Detail(error, "an option"), "/nowhere/libnvinfer.so.10")) << error.what();
  EXPECT_TRUE(ProbeTrt({driver, library}).ok);
}

TEST_F(TrtSessions, KeepToTheirLimitOfMemory) {
  OpenRequest request = request_for(test::DynamicBatch());
  request.device_options.memory_limit = 100;
  const Error error = refused(request, ErrorCode::kDeviceOutOfMemory);
  EXPECT_EQ(Detail(error, "limit"), "100");
  request.device_options.memory_limit = size_t{16} << 20;
  const auto session = OpenTrt(request);
  const auto slot = session->new_slot();
  run(*slot, 4, Values(4 * 3 * 4 * 6));
  const DeviceUse use = session->devices().front();
  EXPECT_EQ(use.limit, size_t{16} << 20);
  EXPECT_GT(use.used, 4u * 5 * 4 * 6 * sizeof(float));
  EXPECT_EQ(use.name, "Tesla T4");
  EXPECT_EQ(use.memory_mode, "copied");
}

TEST_F(TrtSessions, ThatDoNotFitSayWhatTheyNeedAndWhatIsFree) {
  OpenRequest request = request_for(test::DynamicBatch());
  const size_t plan = ReadWholeFile(request.weights_path).size();
  ASSERT_EQ(trt_control().fail("deserializeCudaEngine", 1,
                               "Error Code 2: OutOfMemory (Requested size was 7 bytes.)"),
            1);
  const Error whole = refused(request, ErrorCode::kDeviceOutOfMemory);
  EXPECT_EQ(Detail(whole, "asked"), "7");
  EXPECT_EQ(Detail(whole, "planBytes"), std::to_string(plan));
  EXPECT_GE(std::stoull(Detail(whole, "total")), std::stoull(Detail(whole, "free")));
  EXPECT_TRUE(Contains(whole.what(), request.weights_path)) << whole.what();

  ASSERT_EQ(trt_control().fail("createExecutionContext", 1, "Out of memory"), 1);
  const auto session = OpenTrt(request);
  const Error context =
      ExpectError(ErrorCode::kDeviceOutOfMemory, [&] { (void)session->new_slot(); });
  EXPECT_NE(Detail(context, "free"), "(absent)");
}

TEST_F(TrtSessions, ThatFailLeaveNothing) {
  OpenRequest request = request_for(test::DynamicBatch());
  for (const char* method : {"createInferRuntime", "deserializeCudaEngine"}) {
    ASSERT_EQ(trt_control().fail(method, 1, nullptr), 1) << method;
    EXPECT_THROW(OpenTrt(request), Error) << method;
  }
  const auto session = OpenTrt(request);
  for (const char* method : {"createExecutionContext", "setOptimizationProfileAsync"}) {
    ASSERT_EQ(trt_control().fail(method, 1, "an odd reason"), 1) << method;
    const Error error = ExpectError(ErrorCode::kBackendFailed, [&] { session->new_slot(); });
    EXPECT_TRUE(Contains(error.what(), "an odd reason")) << error.what();
  }
  const auto slot = session->new_slot();
  const std::vector<float> input = Values(2 * 3 * 4 * 6);
  for (const char* method : {"setInputShape", "setTensorAddress", "enqueueV3"}) {
    ASSERT_EQ(trt_control().fail(method, 1, "an odd reason"), 1) << method;
    const Error error = ExpectError(ErrorCode::kBackendFailed, [&] { run(*slot, 2, input); });
    EXPECT_TRUE(Contains(error.what(), "an odd reason")) << error.what();
    run(*slot, 1, Values(3 * 4 * 6));
  }
  EXPECT_EQ(run(*slot, 2, input), OnOnnxRuntime("dynamic_batch", 2, input));
}

TEST_F(TrtSessions, AreNotLeftHalfLoadedByAnyCallOfTheDriver) {
  const OpenRequest request = request_for(test::DynamicBatch());
  const std::vector<float> input = Values(2 * 3 * 4 * 6);
  const std::vector<float> expected = OnOnnxRuntime("dynamic_batch", 2, input);
  const int mattered = test::DriverFailures(control()).walk([&] {
    const auto session = OpenTrt(request);
    EXPECT_EQ(run(*session->new_slot(), 2, input), expected);
  });
  EXPECT_GT(mattered, 20);
}

TEST_F(TrtSessions, OnALostDeviceSaySo) {
  {
    const auto session = OpenTrt(request_for(test::DynamicBatch()));
    const auto slot = session->new_slot();
    run(*slot, 1, Values(3 * 4 * 6));
    control().lose(0, 700 /* CUDA_ERROR_ILLEGAL_ADDRESS */);
    ExpectError(ErrorCode::kDeviceLost, [&] { run(*slot, 1, Values(3 * 4 * 6)); });
    ExpectError(ErrorCode::kDeviceLost, [&] { session->new_slot(); });
  }
  control().reset(nullptr);  // its memory is gone with it, the driver takes nothing back
}

}  // namespace
}  // namespace deeplab::infer
