// Which execution provider a request gets, why, and what the providers are told.
#include <gtest/gtest.h>

#include <filesystem>

#include "ort_double.h"

namespace deeplab::infer {
namespace {

using namespace testing_support;  // NOLINT: a test's own helpers

class OrtProviders : public OrtDoubles {
 protected:
  std::string reason_of(const OpenRequest& asked) {
    std::string reason;
    session_ = Open(asked, &reason);
    return reason;
  }
  const SessionInfo& info() const { return session_->info(); }
  void TearDown() override {
    session_.reset();
    OrtDoubles::TearDown();
  }
  std::unique_ptr<Session> session_;
};

TEST_F(OrtProviders, AutoTakesCudaWhereItCanBeHad) {
  const std::string reason = reason_of(request("dynamic_batch", "auto"));
  EXPECT_EQ(info().provider, "cuda");
  EXPECT_EQ(info().device, "cuda:0");
  EXPECT_TRUE(Contains(reason, "on cuda:0 by CUDAExecutionProvider: it can be used here"))
      << reason;
}

TEST_F(OrtProviders, AutoTakesTheCpuOfALibraryWithoutProvidersAndSaysSo) {
  offer("none");
  const std::string reason = reason_of(request("dynamic_batch", "auto"));
  EXPECT_EQ(info().provider, "cpu");
  EXPECT_EQ(info().device, "cpu");
  EXPECT_TRUE(Contains(reason, "on the CPU: this ONNX Runtime was built with")) << reason;
  EXPECT_TRUE(Contains(reason, "CPUExecutionProvider only")) << reason;
}

TEST_F(OrtProviders, AutoTakesTheCpuWithoutADriverAndSaysSo) {
  OpenRequest asked = request("dynamic_batch", "auto");
  asked.candidates = {Candidate(DEEPLAB_ORT_DOUBLE), {cuda::kDriverLibrary, "test", "/nowhere.so"}};
  const std::string reason = reason_of(asked);
  EXPECT_EQ(info().provider, "cpu");
  EXPECT_TRUE(Contains(reason, "/nowhere.so")) << reason;
}

TEST_F(OrtProviders, AutoTakesTheCpuWhereTheProvidersLibraryIsMissingAndSaysSo) {
  ort().fail("UpdateCUDAProviderOptions", 0, 1,
             "Failed to load library libonnxruntime_providers_cuda.so");
  const std::string reason = reason_of(request("dynamic_batch", "auto"));
  EXPECT_EQ(info().provider, "cpu");
  EXPECT_TRUE(Contains(reason, "its CUDA provider cannot be loaded")) << reason;
  EXPECT_TRUE(Contains(reason, "libonnxruntime_providers_cuda.so")) << reason;
}

// The real library, which on some platforms was built with the providers and comes without them.
TEST_F(OrtProviders, WithoutTheProvidersFilesTheRealLibrarySaysSoItself) {
  OpenRequest asked = request("dynamic_batch", "auto");
  asked.candidates.front() = Candidate(OrtPath());
  const std::string reason = reason_of(asked);
  EXPECT_EQ(info().provider, "cpu");
  EXPECT_TRUE(Contains(reason, "its CUDA provider cannot be loaded: ONNX Runtime cannot load") ||
              Contains(reason, "was built with"))
      << reason;
  asked.provider = "cuda";
  const Error error = ExpectError(ErrorCode::kBackendUnavailable, [&] { OpenSession(asked); });
  EXPECT_TRUE(Contains(error.what(), "CUDA") || Contains(error.what(), "was built with"))
      << error.what();
}

TEST_F(OrtProviders, TheCpuIsAlwaysTheCpu) {
  for (const char* device : {"cpu", "auto"}) {
    OpenRequest asked = request("dynamic_batch", device);
    asked.provider = std::string(device) == "cpu" ? "auto" : "cpu";
    EXPECT_TRUE(Contains(reason_of(asked), "on the CPU: as was asked for"));
    EXPECT_EQ(info().provider, "cpu");
    EXPECT_EQ(session_->limits().memory, MemoryKind::kHost);
  }
  EXPECT_EQ(counters().gpu_sessions, 0u);
}

TEST_F(OrtProviders, TensorRtIsTakenWhereItIsNamedOnly) {
  OpenRequest asked = request("dynamic_batch", "auto");
  asked.provider = "tensorrt";
  const std::string reason = reason_of(asked);
  EXPECT_EQ(info().provider, "tensorrt");
  EXPECT_TRUE(Contains(reason, "by TensorrtExecutionProvider: as was asked for")) << reason;
  EXPECT_EQ(told().find("TensorRT "), 0u) << told();  // first, and CUDA behind it
  EXPECT_TRUE(Contains(told(), "TensorRT user_compute_stream\nCUDA device_id=0\n")) << told();
  EXPECT_TRUE(Contains(told(), "CUDA user_compute_stream\n")) << told();
}

TEST_F(OrtProviders, AProviderThatIsNotOfferedIsAnErrorWithTheListOfThoseThatAre) {
  offer("cuda");
  OpenRequest asked = request("dynamic_batch", "auto");
  asked.provider = "tensorrt";
  Error error = ExpectError(ErrorCode::kBackendUnavailable, [&] { OpenSession(asked); });
  EXPECT_TRUE(Contains(Detail(error, "providers"), "CUDAExecutionProvider")) << error.what();
  EXPECT_FALSE(Contains(Detail(error, "providers"), "Tensorrt")) << error.what();
  EXPECT_EQ(Detail(error, "found"), "tensorrt");
  offer("none");
  asked.provider = "cuda";
  ExpectError(ErrorCode::kBackendUnavailable, [&] { OpenSession(asked); });
  error = ExpectError(ErrorCode::kDeviceUnavailable,
                      [&] { OpenSession(request("dynamic_batch", "cuda:0")); });
  EXPECT_EQ(Detail(error, "found"), "cuda:0");
}

TEST_F(OrtProviders, AnExplicitChoiceNeverFallsBack) {
  OpenRequest asked = request("dynamic_batch");
  asked.candidates = {Candidate(DEEPLAB_ORT_DOUBLE), {cuda::kDriverLibrary, "test", "/nowhere.so"}};
  ExpectError(ErrorCode::kDeviceUnavailable, [&] { OpenSession(asked); });
  ExpectError(ErrorCode::kDeviceUnavailable,
              [&] { OpenSession(request("dynamic_batch", "cuda:7")); });
  ort().fail("UpdateCUDAProviderOptions", 0, 1, "libcudnn.so.9: cannot open shared object file");
  const Error error =
      ExpectError(ErrorCode::kBackendUnavailable, [&] { OpenSession(request("dynamic_batch")); });
  EXPECT_TRUE(Contains(error.what(), "libcudnn.so.9")) << error.what();
}

TEST_F(OrtProviders, WhatContradictsItselfIsRefused) {
  OpenRequest asked = request("dynamic_batch", "cpu");
  asked.provider = "cuda";
  ExpectError(ErrorCode::kOptionInvalid, [&] { OpenSession(asked); });
  asked = request("dynamic_batch", "cuda:0");
  asked.provider = "cpu";
  ExpectError(ErrorCode::kOptionInvalid, [&] { OpenSession(asked); });
  asked.provider = "rocm";
  const Error error = ExpectError(ErrorCode::kOptionInvalid, [&] { OpenSession(asked); });
  EXPECT_EQ(Detail(error, "allowed"), "auto, cpu, cuda, tensorrt");
  asked = request("dynamic_batch", "cpu");
  asked.provider_options = {{"use_tf32", "0"}};
  ExpectError(ErrorCode::kOptionInvalid, [&] { OpenSession(asked); });
  asked = request("dynamic_batch");
  asked.device_options.graphs = true;
  EXPECT_EQ(Detail(ExpectError(ErrorCode::kOptionInvalid, [&] { OpenSession(asked); }), "option"),
            "graphs");
}

TEST_F(OrtProviders, AreToldOurStreamTheDeviceAndTheUsersOptions) {
  OpenRequest asked = request("dynamic_batch", "cuda:1");
  asked.provider_options = {{"cudnn_conv_algo_search", "HEURISTIC"},
                            {"do_copy_in_default_stream", "0"}};
  OpenSession(asked);
  EXPECT_EQ(told(),
            "CUDA device_id=1\nCUDA do_copy_in_default_stream=0\n"
            "CUDA cudnn_conv_algo_search=HEURISTIC\nCUDA user_compute_stream\n");
}

TEST_F(OrtProviders, AnOptionThatAProviderDoesNotKnowIsRefusedInItsOwnWords) {
  OpenRequest asked = request("dynamic_batch");
  asked.provider_options = {{"cudnn_algo", "1"}};
  Error error = ExpectError(ErrorCode::kOptionInvalid, [&] { OpenSession(asked); });
  EXPECT_TRUE(Contains(error.what(), "Unknown provider option: \"cudnn_algo\".")) << error.what();
  asked.provider_options = {{"trt_fp16_enable", "1"}};  // not of CUDA
  ExpectError(ErrorCode::kOptionInvalid, [&] { OpenSession(asked); });
  for (const char* ours : {"device_id", "user_compute_stream", "enable_cuda_graph"}) {
    asked.provider_options = {{ours, "1"}};
    error = ExpectError(ErrorCode::kOptionInvalid, [&] { OpenSession(asked); });
    EXPECT_EQ(Detail(error, "option"), ours);
  }
}

TEST_F(OrtProviders, TensorRtsEnginesAreKeptForThisVeryNetwork) {
  const ScratchFolder folder;
  OpenRequest asked = request("dynamic_batch");
  asked.provider = "tensorrt";
  asked.engine_cache_folder = (folder.path() / "engines").string();
  OpenSession(asked);
  EXPECT_TRUE(Contains(told(), "TensorRT trt_engine_cache_enable=1\n")) << told();
  EXPECT_TRUE(Contains(told(), "TensorRT trt_timing_cache_path=" + asked.engine_cache_folder))
      << told();
  EXPECT_EQ(counters().engines_built, 1u);
  OpenSession(asked);
  EXPECT_EQ(counters().engines_loaded, 1u);
  // The same graph with other weights would be taken for the same by ONNX Runtime.
  asked.weights_fingerprint = "trained anew";
  OpenSession(asked);
  EXPECT_EQ(counters().engines_built, 2u);
  asked.provider_options = {{"trt_fp16_enable", "1"}};
  OpenSession(asked);
  EXPECT_EQ(counters().engines_built, 3u);
  EXPECT_EQ(counters().engines_loaded, 1u);
  using std::filesystem::perms;
  int folders = 0;
  for (const auto& entry : std::filesystem::directory_iterator(asked.engine_cache_folder)) {
    if (!entry.is_directory()) continue;
    ++folders;
    EXPECT_EQ(entry.status().permissions(), perms::owner_all) << entry.path();
  }
  EXPECT_EQ(folders, 3);
}

TEST_F(OrtProviders, TheEngineCacheCanBeElsewhereOrOff) {
  const ScratchFolder folder;
  OpenRequest asked = request("dynamic_batch");
  asked.provider = "tensorrt";
  asked.engine_cache_folder = (folder.path() / "engines").string();
  asked.provider_options = {{"trt_engine_cache_enable", "0"}};
  OpenSession(asked);
  OpenSession(asked);
  EXPECT_EQ(counters().engines_built, 2u);
  const std::string elsewhere = (folder.path() / "mine").string();
  asked.provider_options = {{"trt_engine_cache_path", elsewhere}};
  OpenSession(asked);
  EXPECT_FALSE(std::filesystem::is_empty(elsewhere));
  WriteText(folder.path() / "a file", "");
  asked.engine_cache_folder = (folder.path() / "a file" / "engines").string();
  ExpectError(ErrorCode::kBackendFailed, [&] { OpenSession(asked); });
}

TEST_F(OrtProviders, WhatAProviderCannotLoadIsNotTheModelsFault) {
  ort().fail("CreateSession", 1, 6, "CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED");
  ExpectError(ErrorCode::kBackendFailed, [&] { OpenSession(request("dynamic_batch")); });
  ExpectError(ErrorCode::kPackageWeightsInvalid, [&] { OpenSession(request("unknown_operator")); });
}

}  // namespace
}  // namespace deeplab::infer
