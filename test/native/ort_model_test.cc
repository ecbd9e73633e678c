// Loading models: from files and bytes, with external data, and what is refused.
#include <gtest/gtest.h>

#include <filesystem>

#include "infer/backend.h"
#include "infer/ort_external_data.h"
#include "ort_test_support.h"

namespace deeplab::infer {
namespace {

using namespace testing_support;  // NOLINT: a test's own helpers

Error RefusalOf(const std::string& network) {
  return ExpectError(ErrorCode::kPackageWeightsInvalid, [&] { OpenNetwork(network); });
}

// A request for the bytes of a network; `bytes` must outlive the call of Open.
OpenRequest RequestForBytes(const std::string& network, const std::vector<uint8_t>& bytes) {
  OpenRequest request = RequestFor(network);
  request.weights_bytes = bytes.data();
  request.weights_size = bytes.size();
  return request;
}

// The second class of the fixtures' convolution on a black image is 4.
void ExpectRuns(Session* session) {
  const auto session_slot = session->new_slot();
  auto* input = static_cast<float*>(session_slot->prepare(1, 4, 6));
  std::fill(input, input + 72, 0.0f);
  const ConstPlanes planes = session_slot->run().at(0);
  EXPECT_EQ(static_cast<const float*>(planes.data)[0], 0.5f);
  EXPECT_EQ(static_cast<const float*>(planes.data)[24], 4.0f);
}

bool LooksBesideBytes() {
  return LibraryUnderTest().version().minor >= kOrtMinMinorForExternalDataOfBytes;
}

struct Refused {
  const char* network;
  const char* field;
  const char* found;
};

class OrtModelRefusal : public ::testing::TestWithParam<Refused> {};

TEST_P(OrtModelRefusal, SaysWhatWasFoundAndWhatIsAllowed) {
  const Refused& refused = GetParam();
  const Error error = RefusalOf(refused.network);
  EXPECT_EQ(Detail(error, "field"), refused.field);
  EXPECT_EQ(Detail(error, "found"), refused.found);
  EXPECT_EQ(Detail(error, "path"), NetworkPath(refused.network));
  EXPECT_TRUE(Contains(Detail(error, "allowed"), "one float32 or float16 tensor [N, "));
  EXPECT_TRUE(Contains(error.what(), refused.found)) << error.what();
}

INSTANTIATE_TEST_SUITE_P(
    Networks, OrtModelRefusal,
    ::testing::Values(Refused{"two_inputs", "model input",
                              "2: \"image\" float32 [?, 3, ?, ?], \"other\" float32 [1]"},
                      Refused{"two_outputs", "model output",
                              "2: \"logits\" float32 [?, 3, ?, ?], \"other\" float32 [?, 3, ?, ?]"},
                      Refused{"rank_3_input", "model input", "1: \"image\" float32 [3, ?, ?]"},
                      Refused{"rank_3_output", "model output", "1: \"logits\" float32 [?, ?, ?]"},
                      Refused{"int64_output", "model output", "1: \"logits\" int64 [?, 1, ?, ?]"},
                      Refused{"one_channel", "model input", "1: \"image\" float32 [?, 1, ?, ?]"},
                      Refused{"sequence_output", "model output", "1: \"logits\" (not a tensor)"}),
    [](const auto& tested) { return std::string(tested.param.network); });

TEST(OrtModel, AFileThatIsNoModelIsRefusedInOnnxRuntimesWords) {
  const ScratchFolder scratch;
  const auto path = scratch.path() / "weights.onnx";
  for (const char* text : {"", "not a model", "\x08\x08"}) {
    WriteText(path, text);
    OpenRequest request = RequestFor("dynamic_batch");
    request.weights_path = path.string();
    const Error error =
        ExpectError(ErrorCode::kPackageWeightsInvalid, [&] { OpenSession(request); });
    EXPECT_EQ(Detail(error, "path"), path.string());
    EXPECT_EQ(Detail(error, "source"), "file");
    ASSERT_FALSE(Detail(error, "onnxruntime").empty());
    EXPECT_NE(Detail(error, "onnxruntime").back(), '\n');
    EXPECT_TRUE(Contains(error.what(), Detail(error, "onnxruntime"))) << error.what();
  }
}

TEST(OrtModel, ATruncatedModelIsRefusedFromFileAndFromBytes) {
  std::vector<uint8_t> bytes = ReadBytes(NetworkPath("dynamic_batch"));
  bytes.resize(bytes.size() / 2);
  const OpenRequest request = RequestForBytes("dynamic_batch", bytes);
  const Error error = ExpectError(ErrorCode::kPackageWeightsInvalid, [&] { OpenSession(request); });
  EXPECT_EQ(Detail(error, "source"), "bytes in memory");
}

TEST(OrtModel, AMissingFileIsRefused) {
  OpenRequest request = RequestFor("dynamic_batch");
  request.weights_path = "/nowhere/weights.onnx";
  const Error error = ExpectError(ErrorCode::kPackageWeightsInvalid, [&] { OpenSession(request); });
  EXPECT_EQ(Detail(error, "path"), "/nowhere/weights.onnx");
}

TEST(OrtModel, AnUnknownOperatorIsNamed) {
  const Error error = RefusalOf("unknown_operator");
  EXPECT_TRUE(Contains(Detail(error, "onnxruntime"), "NoSuchOperator")) << error.what();
}

TEST(OrtModel, LoadsFromBytesThatDieAfterTheCall) {
  std::unique_ptr<Session> session;
  {
    std::vector<uint8_t> bytes = ReadBytes(NetworkPath("dynamic_batch"));
    OpenRequest request = RequestForBytes("dynamic_batch", bytes);
    request.weights_path = "/nowhere/weights.onnx";
    session = OpenSession(request);
    std::fill(bytes.begin(), bytes.end(), uint8_t{0xAA});
  }
  ExpectRuns(session.get());
}

TEST(OrtModel, LoadsFromAPathThatIsNotAscii) {
  const ScratchFolder scratch;
  const auto path = scratch.path() / std::filesystem::u8path("модель ü 模型.onnx");
  std::filesystem::copy_file(NetworkPath("dynamic_batch"), path);
  OpenRequest request = RequestFor("dynamic_batch");
  request.weights_path = path.u8string();
  ExpectRuns(OpenSession(request).get());
}

TEST(OrtModel, FindsExternalDataBesideTheFile) { ExpectRuns(OpenNetwork("external").get()); }

TEST(OrtModel, MissingExternalDataIsRefused) {
  const ScratchFolder scratch;
  const auto path = scratch.path() / "external.onnx";
  std::filesystem::copy_file(NetworkPath("external"), path);
  OpenRequest request = RequestFor("external");
  request.weights_path = path.string();
  const Error error = ExpectError(ErrorCode::kPackageWeightsInvalid, [&] { OpenSession(request); });
  EXPECT_TRUE(Contains(error.what(), "external.weights.bin")) << error.what();
}

TEST(OrtModel, KnowsAModelWithExternalDataFromItsBytes) {
  const auto with = ReadBytes(NetworkPath("external"));
  const auto without = ReadBytes(NetworkPath("dynamic_batch"));
  EXPECT_TRUE(HasExternalData(with.data(), with.size()));
  EXPECT_FALSE(HasExternalData(without.data(), without.size()));
  EXPECT_FALSE(HasExternalData(with.data(), 4));
}

// A library that cannot be told the folder would look in the working directory, which may hold
// anything: it must not be asked.
TEST(OrtModel, BytesFindTheirExternalDataOrAreRefusedByAnOlderLibrary) {
  const std::vector<uint8_t> bytes = ReadBytes(NetworkPath("external"));
  const OpenRequest request = RequestForBytes("external", bytes);
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(std::filesystem::path(NetworkPath("external")).parent_path());
  if (LooksBesideBytes()) {
    std::filesystem::current_path("/");
    ExpectRuns(OpenSession(request).get());
  } else {
    const Error error = ExpectError(ErrorCode::kBackendUnavailable, [&] { OpenSession(request); });
    EXPECT_EQ(Detail(error, "expected"), "1.21 or a later 1.x");
  }
  std::filesystem::current_path(before);
}

TEST(OrtModel, NothingOfTheLibraryIsPrinted) {
  ::testing::internal::CaptureStderr();
  ::testing::internal::CaptureStdout();
  const size_t before = LibraryUnderTest().log().recent().size();
  const auto session = OpenNetwork("false_dims");  // the library warns of the size it finds
  const auto session_slot = session->new_slot();
  static_cast<float*>(session_slot->prepare(1, 2, 2))[0] = 2;
  session_slot->run();
  RefusalOf("unknown_operator");
  const auto failing = OpenNetwork("needs_height_8");
  const auto failing_slot = failing->new_slot();
  failing_slot->prepare(1, 5, 5);
  ExpectError(ErrorCode::kBackendFailed, [&] { failing_slot->run(); });
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "");
  EXPECT_GT(LibraryUnderTest().log().recent().size(), before);
}

}  // namespace
}  // namespace deeplab::infer
