// ONNX Runtime's GPU providers on the doubles: the same bits as on the CPU, nothing waited for, and
// what is said when something fails.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "driver_failures.h"
#include "ort_double.h"

namespace deeplab::infer {
namespace {

using namespace testing_support;  // NOLINT: a test's own helpers

struct Shape {
  int batch, height, width;
};

using Bytes = std::vector<uint8_t>;

// Numbers that both types hold exactly: 0, 1, 2, … as float32 or float16.
Bytes InputOf(DataType type, const Shape& shape, int first) {
  const size_t count = static_cast<size_t>(shape.batch) * 3 * shape.height * shape.width;
  Bytes bytes(count * ByteSize(type));
  for (size_t i = 0; i < count; ++i) {
    const auto value = static_cast<float>((i + first) % 97);
    const uint16_t half = static_cast<uint16_t>(0x3C00 + (i + first) % 64 * 16);
    type == DataType::kFloat32 ? std::memcpy(&bytes[i * 4], &value, 4)
                               : std::memcpy(&bytes[i * 2], &half, 2);
  }
  return bytes;
}

struct Output {
  PlaneShape shape;
  DataType type = DataType::kFloat32;
  Bytes bytes;  // of all images
  bool operator==(const Output& o) const {
    return shape == o.shape && type == o.type && bytes == o.bytes;
  }
};

void Append(Output* output, const ConstPlanes& planes, const Bytes& bytes) {
  output->shape = planes.shape;
  output->type = planes.type;
  output->bytes.insert(output->bytes.end(), bytes.begin(), bytes.end());
}

size_t ByteCount(const ConstPlanes& planes) {
  return planes.shape.elements() * ByteSize(planes.type);
}

Output RunOnHost(Slot& slot, const Shape& shape, const Bytes& input) {
  void* const at = slot.prepare(shape.batch, shape.height, shape.width);
  std::memcpy(at, input.data(), input.size());
  Output output;
  for (const ConstPlanes& planes : slot.run()) {
    const auto* const first = static_cast<const uint8_t*>(planes.data);
    Append(&output, planes, {first, first + ByteCount(planes)});
  }
  return output;
}

// As the pipeline does, but for the waiting at the end.
Output RunOnDevice(Slot& any, const Shape& shape, const Bytes& input) {
  auto& slot = dynamic_cast<DeviceSlot&>(any);
  const cuda::Stream& stream = *slot.stream();
  const cuda::Current current(*stream.device());
  void* const at = slot.prepare(shape.batch, shape.height, shape.width);
  stream.upload(reinterpret_cast<cuda::CUdeviceptr>(at), input.data(), input.size());
  const std::vector<ConstPlanes>& all = slot.run();
  std::vector<Bytes> images;
  for (const ConstPlanes& planes : all) {
    images.emplace_back(ByteCount(planes));
    stream.download(images.back().data(), reinterpret_cast<cuda::CUdeviceptr>(planes.data),
                    images.back().size());
  }
  stream.synchronize();
  Output output;
  for (size_t i = 0; i < all.size(); ++i) Append(&output, all[i], images[i]);
  return output;
}

// The context that the pipeline's lane holds.
cuda::Current CurrentOf(Slot& slot) {
  return cuda::Current(*dynamic_cast<DeviceSlot&>(slot).stream()->device());
}

class OrtDevice : public OrtDoubles {
 protected:
  // The same batches through both, several times: the first run of a shape may go another way.
  void expect_same_bits(const std::string& network, const std::vector<Shape>& shapes,
                        const std::string& provider = "auto") {
    OpenRequest asked = request(network);
    asked.provider = provider;
    const auto on_cpu = OpenNetwork(network);
    const auto on_gpu = OpenSession(asked);
    ASSERT_EQ(on_gpu->limits().memory, MemoryKind::kDevice);
    const auto host = on_cpu->new_slot();
    const auto device = on_gpu->new_slot();
    const DataType type = on_cpu->info().input.type;
    for (int round = 0; round < 3; ++round) {
      for (const Shape& shape : shapes) {
        const Bytes input = InputOf(type, shape, round + 1);
        const Output expected = RunOnHost(*host, shape, input);
        ASSERT_TRUE(RunOnDevice(*device, shape, input) == expected)
            << network << " " << shape.batch << "×" << shape.height << "×" << shape.width
            << " in round " << round;
      }
    }
    EXPECT_EQ(counters().synchronizations, 0u);
  }
};

TEST_F(OrtDevice, SaysWhereItRunsAndByWhat) {
  const auto session = OpenSession(request("dynamic_batch"));
  const SessionInfo& info = session->info();
  EXPECT_EQ(info.backend, "onnxruntime");
  EXPECT_EQ(info.provider, "cuda");
  EXPECT_EQ(info.device, "cuda:0");
  EXPECT_EQ(info.output.channels, 2);
  EXPECT_EQ(session->limits().memory, MemoryKind::kDevice);
  EXPECT_EQ(session->limits().max_batch, 4);
  EXPECT_EQ(session->limits().slots, 1);
  ASSERT_EQ(session->devices().size(), 1u);
  EXPECT_EQ(session->devices()[0].device, "cuda:0");
}

TEST_F(OrtDevice, GivesTheBitsOfTheCpuForAnyBatchOfAnOpenOne) {
  expect_same_bits("dynamic_batch", {{1, 4, 6}, {4, 4, 6}, {2, 4, 6}, {3, 4, 6}});
}

TEST_F(OrtDevice, GivesTheBitsOfTheCpuForAFixedBatch) {
  expect_same_bits("static_batch", {{2, 4, 6}});
}

TEST_F(OrtDevice, GivesTheBitsOfTheCpuForAnySizeAndAnOutputNotKnownBefore) {
  expect_same_bits("dynamic_size", {{1, 8, 6}, {2, 31, 64}, {1, 2, 2}, {4, 16, 16}});
}

TEST_F(OrtDevice, GivesTheBitsOfTheCpuInHalfPrecision) {
  expect_same_bits("float16", {{1, 2, 2}, {1, 5, 7}});
  expect_same_bits("float16_to_float32", {{2, 1, 1}, {1, 4, 4}});
}

TEST_F(OrtDevice, GivesTheBitsOfTheCpuByTheTensorRtProviderToo) {
  expect_same_bits("dynamic_batch", {{1, 4, 6}, {4, 4, 6}}, "tensorrt");
  EXPECT_EQ(counters().engines_built, 1u);
}

TEST_F(OrtDevice, AnOutputWhoseSizeDependsOnValuesIsFollowed) {
  const auto session = OpenSession(request("size_from_values"));
  const auto slot = session->new_slot();
  const auto on_cpu = OpenNetwork("size_from_values");
  const auto host = on_cpu->new_slot();
  for (const int times : {1, 1, 3, 3, 2, 5, 5, 1}) {
    Bytes input = InputOf(DataType::kFloat32, {1, 2, 2}, 0);
    const auto value = static_cast<float>(times);
    std::memcpy(input.data(), &value, sizeof value);
    const Output output = RunOnDevice(*slot, {1, 2, 2}, input);
    ASSERT_EQ(output.shape, (PlaneShape{3, 2 * times, 2}));
    EXPECT_TRUE(output == RunOnHost(*host, {1, 2, 2}, input)) << times;
  }
  EXPECT_GT(counters().value_copies, 0u);  // ONNX Runtime's own
}

TEST_F(OrtDevice, ABatchIsQueuedAndNotWaitedFor) {
  const auto session = OpenSession(request("dynamic_size"));
  const auto slot = session->new_slot();
  RunOnDevice(*slot, {1, 8, 8}, InputOf(DataType::kFloat32, {1, 8, 8}, 0));
  gpu().hold(1);  // whoever waited would wait for ever
  const auto waits = gpu().calls("cuStreamSynchronize") + gpu().calls("cuCtxSynchronize") +
                     gpu().calls("cuEventSynchronize");
  {
    const auto& stream = *dynamic_cast<DeviceSlot&>(*slot).stream();
    const cuda::Current current(*stream.device());
    for (int i = 0; i < 3; ++i) {
      slot->prepare(1, 8, 8);
      slot->run();
    }
    EXPECT_FALSE(stream.is_idle());
    EXPECT_EQ(gpu().calls("cuStreamSynchronize") + gpu().calls("cuCtxSynchronize") +
                  gpu().calls("cuEventSynchronize"),
              waits);
    gpu().hold(0);
    stream.synchronize();
  }
  EXPECT_EQ(counters().runs, 4u);
  EXPECT_EQ(counters().inferences, 4u);
  EXPECT_EQ(counters().synchronizations, 0u);
}

TEST_F(OrtDevice, AWarmSlotAllocatesNothingAndKeepsItsMemory) {
  const auto session = OpenSession(request("dynamic_size"));
  const auto slot = session->new_slot();
  const Shape shape{1, 16, 16};
  const Bytes input = InputOf(DataType::kFloat32, shape, 0);
  for (int i = 0; i < 2; ++i) RunOnDevice(*slot, shape, input);
  const auto before = gpu_counters();
  const void* const at = slot->prepare(1, 16, 16);
  for (int i = 0; i < 5; ++i) RunOnDevice(*slot, shape, input);
  EXPECT_EQ(slot->prepare(1, 16, 16), at);
  EXPECT_EQ(gpu_counters().device_allocations, before.device_allocations);
  EXPECT_EQ(gpu_counters().device_bytes, before.device_bytes);
}

TEST_F(OrtDevice, AShapeThatTheModelCannotTakeIsRefused) {
  const auto session = OpenSession(request("dynamic_batch"));
  const auto slot = session->new_slot();
  const Error error =
      ExpectError(ErrorCode::kPackageInputMismatch, [&] { slot->prepare(5, 4, 6); });
  EXPECT_EQ(Detail(error, "expected"), "[1..4, 3, 4, 6]");
  ExpectError(ErrorCode::kInternal, [&] { slot->run(); });
}

TEST_F(OrtDevice, AFailedRunGivesOnnxRuntimesOwnWordsAndTheSessionGoesOn) {
  const auto session = OpenSession(request("needs_height_8"));
  const auto slot = session->new_slot();
  const cuda::Current current = CurrentOf(*slot);
  for (int round = 0; round < 2; ++round) {
    slot->prepare(1, 5, 3);
    const Error error = ExpectError(ErrorCode::kBackendFailed, [&] { slot->run(); });
    EXPECT_TRUE(Contains(Detail(error, "onnxruntime"), "Add")) << error.what();
    const Bytes input = InputOf(DataType::kFloat32, {1, 8, 3}, 0);
    EXPECT_EQ(RunOnDevice(*slot, {1, 8, 3}, input).shape, (PlaneShape{3, 8, 3}));
  }
}

TEST_F(OrtDevice, AnOutputThatMergesTheBatchIsRefused) {
  const auto session = OpenSession(request("merges_batch"));
  const auto slot = session->new_slot();
  const cuda::Current current = CurrentOf(*slot);
  slot->prepare(2, 4, 4);
  const Error error = ExpectError(ErrorCode::kPackageWeightsInvalid, [&] { slot->run(); });
  EXPECT_EQ(Detail(error, "found"), "float32 [1, 3, 4, 4]");
}

TEST_F(OrtDevice, EveryInjectedFailureIsAnErrorAndLeavesNothingBehind) {
  constexpr int kRuntimeException = 6;
  for (const char* function :
       {"GetAvailableProviders", "CreateCUDAProviderOptions", "UpdateCUDAProviderOptions",
        "UpdateCUDAProviderOptionsWithValue", "SessionOptionsAppendExecutionProvider_CUDA_V2",
        "CreateSession", "CreateIoBinding", "BindInput", "CreateRunOptions", "AddRunConfigEntry",
        "CreateMemoryInfo", "CreateTensorWithDataAsOrtValue", "GetBoundOutputValues",
        "BindOutputToDevice", "RunWithBinding", "Allocate"}) {
    ASSERT_EQ(ort().fail(function, 0, kRuntimeException, "no luck today"), 1) << function;
    try {
      const auto session = OpenSession(request("dynamic_size"));
      const auto slot = session->new_slot();
      RunOnDevice(*slot, {1, 4, 4}, InputOf(DataType::kFloat32, {1, 4, 4}, 0));
      ADD_FAILURE() << function << " failed and nobody said so";
    } catch (const Error& error) {
      EXPECT_TRUE(Contains(error.what(), "no luck today")) << function << ": " << error.what();
      EXPECT_TRUE(error.code() == ErrorCode::kBackendFailed ||
                  error.code() == ErrorCode::kBackendUnavailable)
          << function << ": " << CodeName(error.code());
    }
    ort().reset();
  }
}

TEST_F(OrtDevice, NoCallOfTheDriverLeavesAModelHalfLoaded) {
  const Bytes input = InputOf(DataType::kFloat32, {1, 4, 6}, 0);
  const auto whole = [&] {
    const auto session = OpenSession(request("dynamic_batch"));
    return RunOnDevice(*session->new_slot(), {1, 4, 6}, input);
  };
  const Output expected = whole();
  const int mattered = test::DriverFailures(gpu(), "cuDevicePrimaryCtxRetain").walk([&] {
    EXPECT_TRUE(whole() == expected);
  });
  EXPECT_GT(mattered, 10);
}

TEST_F(OrtDevice, TwoAtOnceShareManagedMemoryOnlyWhereTheDeviceLetsThem) {
  OpenRequest asked = request("dynamic_batch");
  asked.device_options.memory_mode = "managed";
  {
    const auto session = OpenSession(asked);
    const auto first = session->new_slot(), second = session->new_slot();
  }
  Restart("Orin");
  const auto session = OpenSession(asked);
  const auto first = session->new_slot();
  const Error error = ExpectError(ErrorCode::kOptionInvalid, [&] { (void)session->new_slot(); });
  EXPECT_EQ(Detail(error, "option"), "memoryMode");
}

TEST_F(OrtDevice, ARunThatFailsOnceIsTriedAgainInMemoryOfTheLibrary) {
  const auto session = OpenSession(request("dynamic_batch"));
  const auto slot = session->new_slot();
  const Bytes input = InputOf(DataType::kFloat32, {1, 4, 6}, 0);
  const Output expected = RunOnDevice(*slot, {1, 4, 6}, input);
  ort().fail("RunWithBinding", 1, 6, "once");
  EXPECT_TRUE(RunOnDevice(*slot, {1, 4, 6}, input) == expected);
}

TEST_F(OrtDevice, ALostDeviceIsTheErrorOfEveryCallAfterIt) {
  expect_lost();
  const auto session = OpenSession(request("dynamic_batch"));
  const auto slot = session->new_slot();
  const Bytes input = InputOf(DataType::kFloat32, {1, 4, 6}, 0);
  RunOnDevice(*slot, {1, 4, 6}, input);
  gpu().lose(0, 700);
  for (int i = 0; i < 2; ++i) {
    ExpectError(ErrorCode::kDeviceLost, [&] { RunOnDevice(*slot, {1, 4, 6}, input); });
  }
  // The other device has lost nothing.
  const auto other = OpenSession(request("dynamic_batch", "cuda:1"));
  const auto other_slot = other->new_slot();
  EXPECT_EQ(RunOnDevice(*other_slot, {1, 4, 6}, input).shape, (PlaneShape{2, 4, 6}));
}

TEST_F(OrtDevice, TheDeviceThatIsLostWhileARunIsQueuedIsNamed) {
  expect_lost();
  const auto session = OpenSession(request("dynamic_batch"));
  const auto slot = session->new_slot();
  const cuda::Current current = CurrentOf(*slot);
  slot->prepare(1, 4, 6);
  gpu().lose(0, 700);
  const Error error = ExpectError(ErrorCode::kDeviceLost, [&] { slot->run(); });
  EXPECT_TRUE(Contains(error.what(), "cuda:0")) << error.what();
}

TEST_F(OrtDevice, ALimitOfMemoryHoldsForBothParts) {
  OpenRequest asked = request("dynamic_size");
  asked.device_options.memory_limit = 1 << 20;
  const auto session = OpenSession(asked);
  EXPECT_TRUE(Contains(told(), "CUDA gpu_mem_limit=786432\n")) << told();
  EXPECT_EQ(session->devices()[0].used, 786432u);
  const auto slot = session->new_slot();
  const cuda::Current current = CurrentOf(*slot);
  // 3 · 256 · 256 · 4 bytes are more than the quarter that is ours.
  const Error error =
      ExpectError(ErrorCode::kDeviceOutOfMemory, [&] { slot->prepare(1, 256, 256); });
  EXPECT_TRUE(Contains(error.what(), "deviceMemoryLimit")) << error.what();
  // 3 · 128 · 128 · 4 bytes are not, and the logits are a fraction of that.
  RunOnDevice(*slot, {1, 128, 128}, InputOf(DataType::kFloat32, {1, 128, 128}, 0));
}

TEST_F(OrtDevice, TheUsersShareOfTheLimitGoesBeforeOurs) {
  OpenRequest asked = request("dynamic_size");
  asked.device_options.memory_limit = 1 << 20;
  asked.provider_options = {{"gpu_mem_limit", "1000"}};
  const Error error = ExpectError(ErrorCode::kDeviceOutOfMemory, [&] {
    const auto session = OpenSession(asked);
    const auto slot = session->new_slot();
    RunOnDevice(*slot, {1, 64, 64}, InputOf(DataType::kFloat32, {1, 64, 64}, 0));
  });
  EXPECT_TRUE(Contains(error.what(), "smaller than requested")) << error.what();
  EXPECT_GT(std::stoull(Detail(error, "asked")), 1000u);
  EXPECT_TRUE(Contains(error.what(), "gpu_mem_limit")) << error.what();
  asked.provider_options = {{"gpu_mem_limit", "2000000"}};
  ExpectError(ErrorCode::kDeviceOutOfMemory, [&] { OpenSession(asked); });
  asked.provider_options = {{"gpu_mem_limit", "much"}};
  ExpectError(ErrorCode::kOptionInvalid, [&] { OpenSession(asked); });
}

TEST_F(OrtDevice, SeveralDevicesHaveASessionEachAndTakeTurns) {
  const auto session = OpenSession(request("dynamic_batch", "cuda:*"));
  EXPECT_EQ(session->info().device, "cuda:0, cuda:1");
  EXPECT_EQ(session->limits().slots, 2);
  EXPECT_EQ(counters().gpu_sessions, 2u);
  const Bytes input = InputOf(DataType::kFloat32, {1, 4, 6}, 0);
  const auto on_cpu = OpenNetwork("dynamic_batch");
  const Output expected = RunOnHost(*on_cpu->new_slot(), {1, 4, 6}, input);
  for (int i = 0; i < 4; ++i) {
    const auto slot = session->new_slot();
    EXPECT_EQ(dynamic_cast<DeviceSlot&>(*slot).stream()->device()->ordinal(), i % 2);
    EXPECT_TRUE(RunOnDevice(*slot, {1, 4, 6}, input) == expected);
  }
}

TEST_F(OrtDevice, SlotsOfOneSessionAreInTheOrderOfItsStream) {
  gpu().set_delay(200, 7);
  const auto session = OpenSession(request("dynamic_batch"));
  const auto one = session->new_slot();
  const auto two = session->new_slot();
  const auto on_cpu = OpenNetwork("dynamic_batch");
  const auto host = on_cpu->new_slot();
  for (int i = 0; i < 10; ++i) {
    for (Slot* slot : {one.get(), two.get()}) {
      const Bytes input = InputOf(DataType::kFloat32, {2, 4, 6}, i);
      ASSERT_TRUE(RunOnDevice(*slot, {2, 4, 6}, input) == RunOnHost(*host, {2, 4, 6}, input));
    }
  }
}

}  // namespace
}  // namespace deeplab::infer
