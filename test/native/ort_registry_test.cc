// Which backend is taken, why, and what is said when none can be.
#include <gtest/gtest.h>

#include "core/error.h"
#include "infer/backend.h"
#include "ort_test_support.h"

namespace deeplab::infer {
namespace {

using namespace testing_support;  // NOLINT: a test's own helpers

TEST(Registry, ListsWhatRunsWhichPackages) {
  ASSERT_EQ(Registry().size(), 2u);
  EXPECT_STREQ(Registry()[0].name, "onnxruntime");
  EXPECT_STREQ(Registry()[0].package_format, "onnx");
  EXPECT_STREQ(Registry()[1].name, "tensorrt");
  EXPECT_STREQ(Registry()[1].package_format, "trt");
}

TEST(Registry, TheReasonSaysWhatWasTakenAndWhichFileWasPassedOver) {
  const ScratchFolder folder;
  const std::string broken = (folder.path() / "broken.so").string();
  WriteText(broken, "no library");
  OpenRequest request = RequestFor("dynamic_batch");
  request.candidates.insert(request.candidates.begin(), {Candidate("/nowhere/x.so", "a place"),
                                                         Candidate(broken, "an option")});
  std::string reason;
  const auto session = Open(request, &reason);
  EXPECT_TRUE(Contains(reason, "the only backend for onnx packages that can run here")) << reason;
  EXPECT_TRUE(Contains(reason, session->info().library_version)) << reason;
  EXPECT_TRUE(Contains(reason, session->info().library_path)) << reason;
  EXPECT_TRUE(Contains(reason, "passed over an option: " + broken)) << reason;
  EXPECT_FALSE(Contains(reason, "/nowhere/x.so")) << reason;  // nothing is there: nothing to report
}

TEST(Registry, AFormatThatNoBackendRunsIsRefusedWithTheListOfBackends) {
  OpenRequest request = RequestFor("dynamic_batch");
  request.package_format = "torch";
  const Error error = ExpectError(ErrorCode::kBackendUnavailable, [&] { OpenSession(request); });
  EXPECT_EQ(Detail(error, "found"), "torch");
  EXPECT_EQ(Detail(error, "allowed"), "onnxruntime (onnx), tensorrt (trt)");
}

TEST(Registry, WithoutAUsableLibraryEveryPlaceIsInTheError) {
  OpenRequest request = RequestFor("dynamic_batch");
  request.candidates = {Candidate("/nowhere/x.so", "an option"), Candidate("libm.so.6", "system")};
  const Error error = ExpectError(ErrorCode::kBackendUnavailable, [&] { OpenSession(request); });
  EXPECT_TRUE(Contains(Detail(error, "an option"), "No such file")) << error.what();
  EXPECT_TRUE(Contains(Detail(error, "system"), "libm.so.6: ")) << error.what();
  EXPECT_TRUE(Contains(error.what(), "no OrtGetApiBase")) << error.what();
}

TEST(Registry, AnEmptyListOfPlacesIsAnError) {
  OpenRequest request = RequestFor("dynamic_batch");
  request.candidates.clear();
  const Error error = ExpectError(ErrorCode::kBackendUnavailable, [&] { OpenSession(request); });
  EXPECT_TRUE(Contains(error.what(), "no place to look")) << error.what();
}

TEST(Registry, ProbingSaysWhatIsThereOrWhatIsNot) {
  const Availability there = Registry()[0].probe({Candidate(OrtPath(), "a test")});
  EXPECT_TRUE(there.ok);
  EXPECT_TRUE(Contains(there.reason, "ONNX Runtime 1.")) << there.reason;
  EXPECT_TRUE(Contains(there.reason, "a test")) << there.reason;
  const Availability missing = Registry()[0].probe({Candidate("/nowhere/x.so")});
  EXPECT_FALSE(missing.ok);
  EXPECT_EQ(missing.tried.size(), 1u);
}

// ort_provider_test.cc has those that can be had.
TEST(Registry, ADeviceThatCannotBeHadIsAnErrorAndNotTheCpu) {
  OpenRequest request = RequestFor("dynamic_batch");
  request.device = "cuda:0";  // and no place to look for a driver
  ExpectError(ErrorCode::kDeviceUnavailable, [&] { OpenSession(request); });
  request.device = "cpu";
  EXPECT_EQ(OpenSession(request)->info().device, "cpu");
}

}  // namespace
}  // namespace deeplab::infer
