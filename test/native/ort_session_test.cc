// Running networks: shapes, element types, batches and the memory that results lie in.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "core/memory.h"
#include "infer/backend.h"
#include "ort_test_support.h"

namespace deeplab::infer {
namespace {

using namespace testing_support;  // NOLINT: a test's own helpers

// Fills a prepared input with 0, 1, 2, …
float* FillFloats(void* input, size_t count) {
  auto* values = static_cast<float*>(input);
  for (size_t i = 0; i < count; ++i) values[i] = static_cast<float>(i % 97);
  return values;
}

const float* Floats(const ConstPlanes& planes) { return static_cast<const float*>(planes.data); }

// The fixtures' 1×1 convolution: y0 = r + 2g + 3b + 0.5, y1 = 4 - r.
void ExpectConvolved(const float* input, const ConstPlanes& planes, int pixels, int image) {
  const float* red = input + static_cast<ptrdiff_t>(image) * 3 * pixels;
  for (int i = 0; i < pixels; ++i) {
    const float expected = red[i] + 2 * red[pixels + i] + 3 * red[2 * pixels + i] + 0.5f;
    ASSERT_FLOAT_EQ(Floats(planes)[i], expected) << "image " << image << " pixel " << i;
    ASSERT_FLOAT_EQ(Floats(planes)[pixels + i], 4 - red[i]) << "image " << image;
  }
}

TEST(OrtSession, DescribesTheModelAndTheLibrary) {
  const auto session = OpenNetwork("dynamic_batch");
  const SessionInfo& info = session->info();
  EXPECT_EQ(info.backend, "onnxruntime");
  EXPECT_EQ(info.device, "cpu");
  EXPECT_EQ(info.library_version.substr(0, 2), "1.");
  EXPECT_EQ(info.input_name, "image");
  EXPECT_EQ(info.output_name, "logits");
  EXPECT_EQ(info.input.type, DataType::kFloat32);
  EXPECT_EQ(info.input.batch, -1);
  EXPECT_EQ(info.input.channels, 3);
  EXPECT_EQ(info.output.channels, 2);
  EXPECT_EQ(info.output.height, 4);
  EXPECT_EQ(info.output.width, 6);
  EXPECT_EQ(info.intra_op_threads, 1);
}

TEST(OrtSession, RunsEveryBatchUpToTheLimitOfADynamicModel) {
  const auto session = OpenNetwork("dynamic_batch");
  const auto slot = session->new_slot();
  EXPECT_EQ(session->limits().min_batch, 1);
  EXPECT_EQ(session->limits().max_batch, 4);
  EXPECT_EQ(session->limits().slots, 1);
  for (const int batch : {1, 4, 2, 1, 3}) {
    const float* input = FillFloats(slot->prepare(batch, 4, 6), 3u * 24 * batch);
    const auto& planes = slot->run();
    ASSERT_EQ(planes.size(), static_cast<size_t>(batch));
    for (int i = 0; i < batch; ++i) {
      EXPECT_EQ(planes[i].shape, (PlaneShape{2, 4, 6}));
      ExpectConvolved(input, planes[i], 24, i);
    }
  }
}

TEST(OrtSession, AStaticBatchIsTheOnlyBatch) {
  const auto session = OpenNetwork("static_batch");
  const auto slot = session->new_slot();
  EXPECT_EQ(session->limits().min_batch, 2);
  EXPECT_EQ(session->limits().max_batch, 2);
  const float* input = FillFloats(slot->prepare(2, 4, 6), 2 * 3 * 24);
  ExpectConvolved(input, slot->run()[1], 24, 1);
  const Error error =
      ExpectError(ErrorCode::kPackageInputMismatch, [&] { slot->prepare(1, 4, 6); });
  EXPECT_EQ(Detail(error, "expected"), "[2, 3, 4, 6]");
  EXPECT_EQ(Detail(error, "found"), "[1, 3, 4, 6]");
}

TEST(OrtSession, AShapeThatTheModelCannotTakeIsRefusedAndTheOldOneStays) {
  const auto session = OpenNetwork("dynamic_batch");
  const auto slot = session->new_slot();
  const float* input = FillFloats(slot->prepare(1, 4, 6), 3 * 24);
  for (const auto& [batch, height, width] :
       {std::array{1, 5, 6}, std::array{1, 4, 7}, std::array{5, 4, 6}, std::array{0, 4, 6},
        std::array{1, -4, 6}, std::array{1, 4, 0}}) {
    const Error error =
        ExpectError(ErrorCode::kPackageInputMismatch,
                    [&, b = batch, h = height, w = width] { slot->prepare(b, h, w); });
    EXPECT_EQ(Detail(error, "expected"), "[1..4, 3, 4, 6]");
  }
  ExpectConvolved(input, slot->run()[0], 24, 0);
}

TEST(OrtSession, RunWithoutPrepareIsRefused) {
  const auto session = OpenNetwork("dynamic_batch");
  const auto slot = session->new_slot();
  ExpectError(ErrorCode::kInternal, [&] { slot->run(); });
}

TEST(OrtSession, TakesAnySizeWhereTheModelLeavesItOpen) {
  const auto session = OpenNetwork("dynamic_size");
  const auto slot = session->new_slot();
  EXPECT_EQ(session->info().output.height, -1);
  for (int round = 0; round < 3; ++round) {
    for (const auto& [height, width] : {std::pair{8, 6}, std::pair{2, 2}, std::pair{31, 64}}) {
      const size_t pixels = static_cast<size_t>(height) * width;
      const float* input = FillFloats(slot->prepare(1, height, width), 3 * pixels);
      const ConstPlanes planes = slot->run().at(0);
      ASSERT_EQ(planes.shape, (PlaneShape{2, height / 2, width / 2}));
      const float mean = (input[0] + input[1] + input[width] + input[width + 1]) / 4;
      const float second = Floats(planes)[planes.shape.height * planes.shape.width];
      ASSERT_FLOAT_EQ(second, 4 - mean);
    }
  }
}

TEST(OrtSession, OpenChannelsOfTheInputAreThree) {
  const auto session = OpenNetwork("open_channels");
  const auto slot = session->new_slot();
  EXPECT_EQ(session->info().input.channels, -1);
  EXPECT_EQ(session->info().output.channels, 2);  // the library infers what the model leaves open
  const float* input = FillFloats(slot->prepare(2, 5, 7), 2 * 3 * 35);
  const auto& planes = slot->run();
  EXPECT_EQ(planes[1].shape, (PlaneShape{2, 5, 7}));
  ExpectConvolved(input, planes[1], 35, 1);
}

TEST(OrtSession, AWarmSessionKeepsItsMemoryAndOnnxRuntimeWritesIntoIt) {
  const auto session = OpenNetwork("dynamic_size");
  const auto slot = session->new_slot();
  void* input = slot->prepare(1, 16, 16);
  FillFloats(input, 3 * 256);
  const void* of_library = slot->run()[0].data;
  slot->prepare(1, 16, 16);
  const void* ours = slot->run()[0].data;
  EXPECT_NE(ours, of_library);
  const size_t used = BufferPool::Instance().stats().used_bytes;
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(slot->prepare(1, 16, 16), input);
    FillFloats(input, 3 * 256)[0] = static_cast<float>(i);
    EXPECT_EQ(slot->run()[0].data, ours);
  }
  EXPECT_EQ(BufferPool::Instance().stats().used_bytes, used);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(input) % 64, 0u);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(ours) % 64, 0u);
}

TEST(OrtSession, AFixedOutputIsOursFromTheFirstRunOn) {
  const auto session = OpenNetwork("dynamic_batch");
  const auto slot = session->new_slot();
  slot->prepare(2, 4, 6);
  const void* first = slot->run()[0].data;
  slot->prepare(2, 4, 6);
  EXPECT_EQ(slot->run()[0].data, first);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(first) % 64, 0u);
}

TEST(OrtSession, RunsTheSameBatchAgainWithoutPrepare) {
  const auto session = OpenNetwork("size_from_values");
  const auto slot = session->new_slot();
  float* input = FillFloats(slot->prepare(1, 2, 2), 12);
  for (const int times : {2, 3, 1}) {
    input[0] = static_cast<float>(times);
    EXPECT_EQ(slot->run()[0].shape, (PlaneShape{3, 2 * times, 2}));
  }
}

TEST(OrtSession, FollowsAnOutputWhoseSizeDependsOnValues) {
  const auto session = OpenNetwork("size_from_values");
  const auto slot = session->new_slot();
  for (const int times : {1, 1, 3, 3, 2, 5, 5, 1}) {
    float* input = FillFloats(slot->prepare(1, 2, 2), 12);
    input[0] = static_cast<float>(times);
    const ConstPlanes planes = slot->run().at(0);
    ASSERT_EQ(planes.shape, (PlaneShape{3, 2 * times, 2}));
    for (int c = 0; c < 3; ++c) {
      for (int i = 0; i < 4 * times; ++i) {
        ASSERT_EQ(Floats(planes)[c * 4 * times + i], input[c * 4 + i % 4]) << c << " " << i;
      }
    }
  }
}

TEST(OrtSession, SurvivesAModelThatDeclaresAFalseOutputSize) {
  const auto session = OpenNetwork("false_dims");
  const auto slot = session->new_slot();
  EXPECT_EQ(session->info().output.height, 2);
  for (int round = 0; round < 3; ++round) {
    float* input = FillFloats(slot->prepare(1, 2, 2), 12);
    input[0] = 2;
    const ConstPlanes planes = slot->run().at(0);
    ASSERT_EQ(planes.shape, (PlaneShape{3, 4, 2}));
    EXPECT_EQ(Floats(planes)[4], 2);
    EXPECT_EQ(Floats(planes)[5], 1);
  }
}

TEST(OrtSession, ANetworkThatOnlyPassesItsInputOnStillCopiesIt) {
  const auto session = OpenNetwork("passthrough");
  const auto slot = session->new_slot();
  for (int round = 0; round < 3; ++round) {
    float* input = FillFloats(slot->prepare(2, 3, 5), 2 * 3 * 15);
    input[44] = static_cast<float>(round);
    const auto& planes = slot->run();
    EXPECT_NE(planes[0].data, static_cast<const void*>(input));
    EXPECT_TRUE(std::equal(input, input + 45, Floats(planes[0])));
    EXPECT_TRUE(std::equal(input + 45, input + 90, Floats(planes[1])));
  }
}

TEST(OrtSession, Float16GoesInAndOut) {
  const auto session = OpenNetwork("float16");
  const auto slot = session->new_slot();
  EXPECT_EQ(session->info().input.type, DataType::kFloat16);
  EXPECT_EQ(session->info().output.type, DataType::kFloat16);
  for (int round = 0; round < 2; ++round) {
    auto* input = static_cast<uint16_t*>(slot->prepare(1, 2, 2));
    std::fill(input, input + 12, uint16_t{0x3C00});  // 1.0
    input[11] = 0x4200;                              // 3.0
    const ConstPlanes planes = slot->run().at(0);
    EXPECT_EQ(planes.type, DataType::kFloat16);
    EXPECT_EQ(static_cast<const uint16_t*>(planes.data)[0], 0x4000);   // 2.0
    EXPECT_EQ(static_cast<const uint16_t*>(planes.data)[11], 0x4400);  // 4.0
  }
}

TEST(OrtSession, Float16InAndFloat32Out) {
  const auto session = OpenNetwork("float16_to_float32");
  const auto slot = session->new_slot();
  auto* input = static_cast<uint16_t*>(slot->prepare(2, 1, 1));
  for (int i = 0; i < 6; ++i) input[i] = static_cast<uint16_t>(0x3C00 + 0x400 * i);
  const auto& planes = slot->run();
  EXPECT_EQ(planes[1].type, DataType::kFloat32);
  EXPECT_EQ(Floats(planes[0])[0], 1.0f);
  EXPECT_EQ(Floats(planes[1])[2], 32.0f);
}

TEST(OrtSession, AFailedRunGivesOnnxRuntimesOwnWordsAndTheSessionGoesOn) {
  const auto session = OpenNetwork("needs_height_8");
  const auto slot = session->new_slot();
  for (int round = 0; round < 2; ++round) {
    FillFloats(slot->prepare(1, 5, 3), 45);
    const Error error = ExpectError(ErrorCode::kBackendFailed, [&] { slot->run(); });
    EXPECT_TRUE(Contains(Detail(error, "onnxruntime"), "Add")) << error.what();
    FillFloats(slot->prepare(1, 8, 3), 72);
    EXPECT_EQ(slot->run().at(0).shape, (PlaneShape{3, 8, 3}));
  }
  EXPECT_TRUE(Contains(LibraryUnderTest().log().last_error(), "Add"));
}

TEST(OrtSession, AnOutputThatMergesTheBatchIsRefused) {
  const auto session = OpenNetwork("merges_batch");
  const auto slot = session->new_slot();
  slot->prepare(2, 4, 4);
  const Error error = ExpectError(ErrorCode::kPackageWeightsInvalid, [&] { slot->run(); });
  EXPECT_EQ(Detail(error, "found"), "float32 [1, 3, 4, 4]");
  EXPECT_EQ(Detail(error, "allowed"), "float32 [2, 3, h, w]");
  FillFloats(slot->prepare(1, 4, 4), 48);
  EXPECT_EQ(slot->run().size(), 1u);
}

TEST(OrtSession, ForgetsNothingAfterMoreShapesThanItRemembers) {
  const auto session = OpenNetwork("dynamic_size");
  const auto slot = session->new_slot();
  for (int round = 0; round < 2; ++round) {
    for (int size = 2; size < 90; ++size) {
      FillFloats(slot->prepare(1, size, 4), 12u * size);
      ASSERT_EQ(slot->run()[0].shape, (PlaneShape{2, size / 2, 2}));
    }
  }
}

TEST(OrtSession, ABatchThatBecomesSmallerKeepsWhatWasWritten) {
  const auto session = OpenNetwork("dynamic_batch");
  const auto slot = session->new_slot();
  float* input = FillFloats(slot->prepare(4, 4, 6), 4 * 3 * 24);
  const std::vector<float> written(input, input + 2 * 3 * 24);
  ASSERT_EQ(slot->prepare(2, 4, 6), input);
  EXPECT_TRUE(std::equal(written.begin(), written.end(), input));
  const auto& planes = slot->run();
  ASSERT_EQ(planes.size(), 2u);
  ExpectConvolved(input, planes[1], 24, 1);
}

TEST(OrtSession, SlotsHaveMemoryOfTheirOwn) {
  const auto session = OpenNetwork("dynamic_batch");
  const auto first = session->new_slot();
  const auto second = session->new_slot();
  float* one = FillFloats(first->prepare(1, 4, 6), 3 * 24);
  float* two = FillFloats(second->prepare(2, 4, 6), 2 * 3 * 24);
  two[0] = 50;
  const ConstPlanes of_first = first->run()[0];
  ExpectConvolved(two, second->run()[0], 24, 0);
  ExpectConvolved(one, of_first, 24, 0);
}

TEST(OrtSession, EverySettingGivesTheSameResult) {
  const auto plain = OpenNetwork("dynamic_size");
  const auto slot = plain->new_slot();
  const float* input = FillFloats(slot->prepare(3, 32, 32), 3 * 3 * 1024);
  const std::vector<ConstPlanes> expected = slot->run();
  for (int bits = 0; bits < 32; ++bits) {
    OpenRequest request = RequestFor("dynamic_size");
    SessionOptions& options = request.session;
    options.memory_arena = (bits & 1) != 0;
    options.memory_pattern = (bits & 2) != 0;
    options.spinning = (bits & 4) != 0;
    options.inter_op_threads = (bits & 8) != 0 ? 2 : 0;
    options.intra_op_threads = (bits & 16) != 0 ? 2 : 0;
    options.graph_optimization = std::array{0, 1, 2, 99}[bits % 4];
    const auto session = OpenSession(request);
    const auto other = session->new_slot();
    EXPECT_GE(session->info().intra_op_threads, 1);
    std::copy_n(input, 3 * 3 * 1024, static_cast<float*>(other->prepare(3, 32, 32)));
    const auto& planes = other->run();
    for (size_t i = 0; i < 3; ++i) {
      ASSERT_TRUE(std::equal(Floats(planes[i]), Floats(planes[i]) + 512, Floats(expected[i])))
          << "settings " << bits;
    }
  }
}

}  // namespace
}  // namespace deeplab::infer
