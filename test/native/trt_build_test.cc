// Engines built by the product's own code on the doubles of TensorRT and of the driver: what it
// asks for, what it is told, and that nothing of it stays behind.
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>

#include "infer/engine_build.h"
#include "infer/trt_build_files.h"
#include "trt_double.h"

namespace deeplab::infer {
namespace {

using testing_support::NetworkPath;

// Remembers what it is told; cancels at a step of its choice.
class Listener final : public EngineBuildListener {
 public:
  void phase_started(const std::string& phase, const std::string& parent, int steps) override {
    started.push_back(parent + ">" + phase);
    most_steps = std::max(most_steps, steps);
  }
  void step_completed(const std::string&, int) override {
    ++completed;
    if (completed == cancel_at) cancelled = true;
  }
  void phase_finished(const std::string&) override { ++finished; }
  void logged(bool is_error, const std::string& text) override {
    const std::lock_guard<std::mutex> lock(mutex);
    (is_error ? errors : warnings).push_back(text);
  }
  bool is_cancelled() const noexcept override { return cancelled; }

  std::vector<std::string> started, errors, warnings;
  int most_steps = 0, completed = 0, finished = 0, cancel_at = -1;
  bool cancelled = false;
  std::mutex mutex;
};

class EngineBuild : public test::TrtDouble {
 protected:
  void SetUp() override {
    TrtDouble::SetUp();
    folder_ =
        std::filesystem::temp_directory_path() / ("deeplab-rt-build-" + std::to_string(getpid()));
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override {
    std::filesystem::remove_all(folder_);
    TrtDouble::TearDown();
  }

  std::string place(const char* name) const { return (folder_ / name).string(); }

  EngineBuildRequest request(const std::string& network = "dynamic_batch") const {
    EngineBuildRequest made;
    made.model_path = NetworkPath(network);
    made.plan_path = place("engine.plan");
    made.candidates = {{cuda::kDriverLibrary, "test", DEEPLAB_CUDA_DOUBLE},
                       {kTrtLibraryName, "test", DEEPLAB_TRT_DOUBLE}};
    made.batch = {1, 2, 4};
    return made;
  }

  // What the build throws; a success is a failure of the test.
  Error failure(const EngineBuildRequest& asked) {
    try {
      BuildEngine(asked, listener_);
    } catch (const Error& error) {
      EXPECT_TRUE(std::filesystem::is_empty(folder_));
      return error;
    }
    ADD_FAILURE() << "it was built";
    return Error(ErrorCode::kInternal, "");
  }

  std::vector<int64_t> profile(const EngineBuildRequest& asked, int which) {
    const std::vector<uint8_t> plan = ReadFileIfThere(asked.plan_path);
    const auto runtime = library().new_runtime();
    const auto engine = deserialize(*runtime, {plan.begin(), plan.end()});
    if (engine == nullptr) return {};
    const char* const input = (*engine)->getIOTensorName(0);
    return test::ToSizes(
        (*engine)->getProfileShape(input, 0, static_cast<trt::OptProfileSelector>(which)));
  }

  std::filesystem::path folder_;
  Listener listener_;
};

TEST_F(EngineBuild, WritesAPlanForTheBatchesThatWereAskedFor) {
  const EngineBuildRequest asked = request();
  const EngineBuildFacts facts = BuildEngine(asked, listener_);
  EXPECT_EQ(facts.input_dims, (std::vector<int64_t>{-1, 3, 4, 6}));
  EXPECT_EQ(facts.plan_size, std::filesystem::file_size(asked.plan_path));
  EXPECT_EQ(facts.target.gpu, "Tesla T4");
  EXPECT_EQ(facts.target.compute_capability, "7.5");
  EXPECT_EQ(facts.target.library_version, library().version_text());
  EXPECT_EQ(facts.timing_cache, "");
  for (const int which : {0, 1, 2}) {
    EXPECT_EQ(profile(asked, which),
              (std::vector<int64_t>{asked.batch[static_cast<size_t>(which)], 3, 4, 6}));
  }
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);
}

TEST_F(EngineBuild, TellsOfPhasesThatNest) {
  BuildEngine(request(), listener_);
  ASSERT_GT(listener_.started.size(), 1u);
  EXPECT_EQ(listener_.started.front().front(), '>');  // no parent
  EXPECT_TRUE(std::any_of(listener_.started.begin(), listener_.started.end(),
                          [](const std::string& text) { return text.front() != '>'; }));
  EXPECT_EQ(listener_.finished, static_cast<int>(listener_.started.size()));
  EXPECT_GT(listener_.completed, 0);
}

TEST_F(EngineBuild, EndsAtTheNextStepWhereItIsCancelled) {
  listener_.cancel_at = 2;
  EXPECT_EQ(failure(request()).code(), ErrorCode::kAborted);
  EXPECT_EQ(listener_.completed, 2);
}

TEST_F(EngineBuild, GivesTensorRTsOwnWordsWhereItFails) {
  ASSERT_EQ(trt_control().fail("buildSerializedNetwork", 1, "Out of memory: 7 bytes"), 1);
  EngineBuildRequest asked = request();
  asked.workspace = uint64_t{12} << 30;
  const Error error = failure(asked);
  EXPECT_EQ(error.code(), ErrorCode::kEngineBuildFailed);
  const std::string text = error.what();
  EXPECT_NE(text.find("could not build an engine for cuda:0 (Tesla T4): "), std::string::npos);
  EXPECT_NE(text.find("Out of memory: 7 bytes"), std::string::npos) << text;
  EXPECT_NE(text.find("at most 12288 MiB of workspace was asked for, a batch of up to 4, and "),
            std::string::npos)
      << text;
  ASSERT_FALSE(listener_.errors.empty());
}

TEST_F(EngineBuild, SaysWhatTheParserDoesNotUnderstand) {
  const Error unknown = failure(request("unknown_operator"));
  EXPECT_EQ(unknown.code(), ErrorCode::kEngineBuildFailed);
  EXPECT_NE(std::string(unknown.what()).find("does not understand"), std::string::npos);
  const Error two = failure(request("two_inputs"));
  EXPECT_NE(std::string(two.what()).find("one input and one output, but it has 2 and 1"),
            std::string::npos)
      << two.what();
  const Error missing = failure(request("no such network"));
  EXPECT_NE(std::string(missing.what()).find("cannot be read"), std::string::npos);
}

TEST_F(EngineBuild, AsksForTheSizeOfPicturesWhereTheNetworkLeavesItOpen) {
  EngineBuildRequest asked = request("dynamic_size");
  EXPECT_EQ(failure(asked).code(), ErrorCode::kOptionInvalid);
  asked.size.fill({8, 16});
  BuildEngine(asked, listener_);
  EXPECT_EQ(profile(asked, 2), (std::vector<int64_t>{4, 3, 8, 16}));
}

TEST_F(EngineBuild, ReadsTheModelInParts) {
  EngineBuildRequest asked = request();
  const uint64_t size = std::filesystem::file_size(asked.model_path);
  asked.model_parts = {{0, 10, {}}, {10, size, {}}};
  EXPECT_GT(BuildEngine(asked, listener_).plan_size, 0u);
}

TEST_F(EngineBuild, ExtendsATimingCache) {
  EngineBuildRequest asked = request();
  asked.timing_cache_path = place("timing.bin");
  EXPECT_EQ(BuildEngine(asked, listener_).timing_cache.find("begun: "), 0u);
  EXPECT_GT(trt_counters().timing_misses, 0u);
  const auto misses = trt_counters().timing_misses;
  EXPECT_EQ(BuildEngine(asked, listener_).timing_cache.find("read and extended: "), 0u);
  EXPECT_EQ(trt_counters().timing_misses, misses);
  EXPECT_GT(trt_counters().timing_hits, 0u);
  EXPECT_TRUE(listener_.warnings.empty());
}

TEST_F(EngineBuild, BeginsATimingCacheAnewThatIsNoneAndSaysSo) {
  EngineBuildRequest asked = request();
  asked.timing_cache_path = place("timing.bin");
  std::ofstream(asked.timing_cache_path) << "something else";
  EXPECT_EQ(BuildEngine(asked, listener_).timing_cache.find("begun: "), 0u);
  EXPECT_FALSE(listener_.warnings.empty());
}

TEST_F(EngineBuild, BuildsWithoutATimingCacheThatCannotBeKept) {
  EngineBuildRequest asked = request();
  asked.timing_cache_path = place("no such folder/timing.bin");
  EXPECT_EQ(BuildEngine(asked, listener_).timing_cache, "not kept");
  EXPECT_FALSE(listener_.warnings.empty());
  EXPECT_TRUE(std::filesystem::exists(asked.plan_path));
}

TEST_F(EngineBuild, RefusesWhatTheGpuCannotDo) {
  EngineBuildRequest asked = request();
  asked.precision = EnginePrecision::kBf16;
  const Error error = failure(asked);
  EXPECT_EQ(error.code(), ErrorCode::kOptionInvalid);
  EXPECT_NE(std::string(error.what()).find("has 7.5"), std::string::npos);
  asked.device = 1;  // an Orin
  EXPECT_EQ(BuildEngine(asked, listener_).target.compute_capability, "8.7");
  asked.device = 2;
  EXPECT_THROW(BuildEngine(asked, listener_), Error);
}

TEST_F(EngineBuild, NeedsADriverBeforeItAsksTensorRT) {
  EngineBuildRequest asked = request();
  asked.candidates = {asked.candidates.back()};
  EXPECT_EQ(failure(asked).code(), ErrorCode::kBackendUnavailable);
  EXPECT_EQ(trt_control().calls("createInferBuilder"), 0u);
  EXPECT_THROW(FindEngineTarget({}, 0), Error);
}

TEST_F(EngineBuild, FailsWhereAnythingOfItFails) {
  for (const char* method :
       {"createInferBuilder", "createNetworkV2", "createBuilderConfig", "createOptimizationProfile",
        "createNvOnnxParser", "setDimensions", "addOptimizationProfile"}) {
    SCOPED_TRACE(method);
    ASSERT_EQ(trt_control().fail(method, 1, nullptr), 1);
    EXPECT_NE(failure(request()).code(), ErrorCode::kInternal);
    trt_control().reset();
    ASSERT_EQ(trt_control().set("ONNXRUNTIME", testing_support::OrtPath().c_str()), 1);
  }
}

TEST(EngineBuildFiles, AreWrittenWholeOrNotAtAll) {
  const auto folder = std::filesystem::temp_directory_path() /
                      ("deeplab-rt-build-files-" + std::to_string(getpid()));
  std::filesystem::remove_all(folder);
  const std::string file = (folder / "a.bin").string();
  EXPECT_THROW(WriteFileWhole(file, "one", 3), Error);
  EXPECT_TRUE(ReadFileIfThere(file).empty());
  std::filesystem::create_directories(folder);
  WriteFileWhole(file, "one", 3);
  WriteFileWhole(file, "two", 3);
  const std::vector<uint8_t> bytes = ReadFileIfThere(file);
  EXPECT_EQ(std::string(bytes.begin(), bytes.end()), "two");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}), 1);
  EXPECT_THROW(ReadFileIfThere(folder.string()), Error);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace deeplab::infer
