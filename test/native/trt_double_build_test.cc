// Builds of TensorRT's double: their progress, how they end, and engines that are wrong.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <csignal>
#include <cstring>
#include <map>

#include "trt_double.h"

namespace deeplab::test {
namespace {

using trt::BuilderFlag;

// Writes down what it is told; ends the build at a step of a phase.
class Monitor final : public trt::IProgressMonitor {
 public:
  void phaseStart(const char* phase, const char* parent, int32_t count) noexcept override {
    started.push_back(std::string(phase) + " < " + (parent != nullptr ? parent : ""));
    open.push_back(phase);
    steps_left[phase] = count;
  }
  bool stepComplete(const char* phase, int32_t) noexcept override {
    EXPECT_EQ(phase, open.back());
    --steps_left[phase];
    return cancel_at != phase;
  }
  void phaseFinish(const char* phase) noexcept override {
    EXPECT_EQ(phase, open.back());
    open.pop_back();
  }

  std::string cancel_at;
  std::vector<std::string> started, open;
  std::map<std::string, int> steps_left;
};

PlanRequest Watched(Monitor* monitor) {
  PlanRequest request = DynamicBatch();
  request.configure = [monitor](trt::IBuilderConfig& config) {
    config->setProgressMonitor(monitor);
    EXPECT_EQ(config->getProgressMonitor(), monitor);
  };
  return request;
}

// The signal that ends a process of its own which does this; 0: it ended by itself.
template <typename Action>
int SignalOf(const Action& action) {
  const pid_t child = fork();
  if (child == 0) {
    const rlimit no_core{0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    action();
    _exit(0);
  }
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

class TrtBuild : public TrtDouble {
 protected:
  void set(const char* name, const char* value) { ASSERT_EQ(trt_control().set(name, value), 1); }

  // The logits of one image of ones.
  std::vector<float> logits(const std::string& plan) {
    constexpr size_t kInput = 3 * 4 * 6, kOutput = 2 * 4 * 6;
    const auto runtime = library().new_runtime();
    const auto engine = deserialize(*runtime, plan);
    const std::unique_ptr<trt::IExecutionContext> context(
        (*engine)->createExecutionContext(trt::ContextMemory::kStatic));
    const cuda::CUdeviceptr input = memory(4 * kInput), output = memory(4 * kOutput);
    const std::vector<float> ones(kInput, 1.0f);
    std::memcpy(control().host_address(input), ones.data(), 4 * kInput);
    EXPECT_TRUE((*context)->setInputShape("image", ToDims({1, 3, 4, 6})));
    EXPECT_TRUE((*context)->setTensorAddress("image", reinterpret_cast<void*>(input)));
    EXPECT_TRUE((*context)->setTensorAddress("logits", reinterpret_cast<void*>(output)));
    const cuda::CUstream made = stream();
    EXPECT_TRUE((*context)->enqueueV3(made));
    EXPECT_EQ(api().StreamSynchronize.call(made), 0);
    std::vector<float> values(kOutput);
    std::memcpy(values.data(), control().host_address(output), 4 * kOutput);
    EXPECT_EQ(api().MemFree.call(input), 0);
    EXPECT_EQ(api().MemFree.call(output), 0);
    return values;
  }
};

TEST_F(TrtBuild, TellsOfPhasesThatNestAndEnd) {
  Monitor monitor;
  EXPECT_NE(build(Watched(&monitor)), "");
  EXPECT_EQ(monitor.started,
            (std::vector<std::string>{"Building engine < ",
                                      "Building engine from subgraph < Building engine",
                                      "Computing profile costs < Building engine from subgraph",
                                      "Timing graph nodes < Building engine from subgraph"}));
  EXPECT_TRUE(monitor.open.empty());
  for (const auto& [phase, left] : monitor.steps_left) EXPECT_EQ(left, 0) << phase;
}

TEST_F(TrtBuild, IsCancelledAtAnyPhase) {
  for (const char* phase : {"Computing profile costs", "Timing graph nodes",
                            "Building engine from subgraph", "Building engine"}) {
    Monitor monitor;
    monitor.cancel_at = phase;
    EXPECT_EQ(build(Watched(&monitor)), "") << phase;
    EXPECT_TRUE(monitor.open.empty());
  }
  EXPECT_EQ(trt_counters().built, 0u);
}

TEST_F(TrtBuild, ThatHangsIsEndedByItsMonitor) {
  class Impatient final : public trt::IProgressMonitor {
   public:
    void phaseStart(const char*, const char*, int32_t) noexcept override {}
    bool stepComplete(const char*, int32_t) noexcept override { return ++asked < 20; }
    void phaseFinish(const char*) noexcept override {}
    int asked = 0;
  } monitor;
  set("BUILD", "hang");
  PlanRequest request = DynamicBatch();
  request.configure = [&](trt::IBuilderConfig& config) { config->setProgressMonitor(&monitor); };
  EXPECT_EQ(build(request), "");
  EXPECT_EQ(monitor.asked, 20);
}

TEST_F(TrtBuild, TakesTheTimeThatIsAskedFor) {
  set("BUILD_STEP_MS", "20");
  const auto start = std::chrono::steady_clock::now();
  Monitor monitor;
  EXPECT_NE(build(Watched(&monitor)), "");
  EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(6 * 20));
}

TEST_F(TrtBuild, ThatFailsNamesTheNode) {
  set("BUILD", "fail");
  std::string log;
  EXPECT_EQ(build(DynamicBatch(), &log), "");
  EXPECT_EQ(log.find("IBuilder::buildSerializedNetwork: Error Code 10: Internal Error (Could not "
                     "find any implementation for node"),
            0u)
      << log;
}

TEST_F(TrtBuild, ThatCrashesEndsItsProcess) {
  set("BUILD", "abort");
  EXPECT_EQ(SignalOf([&] { build(DynamicBatch()); }), SIGABRT);
#if !defined(DEEPLAB_SANITIZERS)  // they report it and leave in their own way
  set("BUILD", "segv");
  EXPECT_EQ(SignalOf([&] { build(DynamicBatch()); }), SIGSEGV);
#endif
}

TEST_F(TrtBuild, OfWrongEnginesGivesWrongValues) {
  const std::vector<float> right = logits(build(DynamicBatch()));
  const size_t plane = right.size() / 2;
  set("BUILD", "rotate");
  std::vector<float> rotated = logits(build(DynamicBatch()));
  std::rotate(rotated.begin(), rotated.begin() + static_cast<std::ptrdiff_t>(plane), rotated.end());
  EXPECT_EQ(rotated, right);
  set("BUILD", "nan");
  EXPECT_TRUE(std::isnan(logits(build(DynamicBatch()))[0]));
  set("BUILD", "drift");
  EXPECT_EQ(logits(build(DynamicBatch()))[0], right[0] * 1.01f);
  set("BUILD", "");
  EXPECT_EQ(logits(build(DynamicBatch())), right);
}

TEST_F(TrtBuild, MeasuresOnlyWhatItsTimingCacheLacks) {
  std::string kept;
  const auto with_cache = [&](std::vector<BuilderFlag> flags) {
    std::unique_ptr<trt::ITimingCache> cache;
    PlanRequest request = DynamicBatch();
    request.flags = std::move(flags);
    request.configure = [&](trt::IBuilderConfig& config) {
      cache.reset(config->createTimingCache(kept.data(), kept.size()));
      ASSERT_NE(cache, nullptr);
      EXPECT_TRUE(config->setTimingCache(*cache, false));
      EXPECT_EQ(config->getTimingCache(), cache.get());
    };
    const bool built = !build(request).empty();
    const std::unique_ptr<trt::IHostMemory> bytes((*cache)->serialize());
    kept.assign(static_cast<const char*>((*bytes)->data()), (*bytes)->size());
    return built;
  };
  EXPECT_FALSE(with_cache({BuilderFlag::kErrorOnTimingCacheMiss}));
  kept.clear();
  EXPECT_TRUE(with_cache({}));
  const auto first = trt_counters();
  EXPECT_GT(first.timing_misses, 0u);
  EXPECT_EQ(first.timing_hits, 0u);
  EXPECT_TRUE(with_cache({BuilderFlag::kErrorOnTimingCacheMiss}));
  EXPECT_GT(trt_counters().timing_hits, 0u);
  EXPECT_EQ(trt_counters().timing_misses, first.timing_misses);
}

TEST_F(TrtBuild, TakesNoTimingCacheThatIsNoneOrOfAnotherVersion) {
  const auto builder = library().new_builder();
  const std::unique_ptr<trt::IBuilderConfig> config((*builder)->createBuilderConfig());
  EXPECT_EQ((*config)->createTimingCache("no cache", 8), nullptr);
  const std::unique_ptr<trt::ITimingCache> cache((*config)->createTimingCache(nullptr, 0));
  set("VERSION", "10.3.0");
  EXPECT_FALSE((*config)->setTimingCache(*cache, false));
  EXPECT_TRUE((*config)->setTimingCache(*cache, true));
}

TEST_F(TrtBuild, KeepsWhatItsConfigIsTold) {
  const auto builder = library().new_builder();
  EXPECT_TRUE((*builder)->platformHasFastFp16());
  EXPECT_TRUE((*builder)->setMaxThreads(2));
  const std::unique_ptr<trt::IBuilderConfig> config((*builder)->createBuilderConfig());
  (*config)->setFlag(BuilderFlag::kFp16);
  (*config)->clearFlag(BuilderFlag::kTf32);
  EXPECT_TRUE((*config)->getFlag(BuilderFlag::kFp16));
  EXPECT_FALSE((*config)->getFlag(BuilderFlag::kTf32));
  (*config)->setMemoryPoolLimit(trt::MemoryPoolType::kWorkspace, 1 << 20);
  EXPECT_EQ((*config)->getMemoryPoolLimit(trt::MemoryPoolType::kWorkspace), size_t{1} << 20);
  (*config)->setBuilderOptimizationLevel(4);
  EXPECT_EQ((*config)->getBuilderOptimizationLevel(), 4);
  trt::IOptimizationProfile& profile = *(*builder)->createOptimizationProfile();
  EXPECT_TRUE(profile->setDimensions("image", trt::OptProfileSelector::kMax, ToDims({2, 3, 4, 6})));
  EXPECT_FALSE(
      profile->setDimensions("image", trt::OptProfileSelector::kMin, ToDims({3, 3, 4, 6})));
  EXPECT_FALSE(profile->isValid());
  EXPECT_EQ((*config)->addOptimizationProfile(&profile), -1);
}

TEST_F(TrtBuild, OfSeveralProfilesSwitchesBetweenThem) {
  PlanRequest request = DynamicBatch();
  request.profiles.push_back({{{8, 3, 4, 6}, {8, 3, 4, 6}, {16, 3, 4, 6}}});
  const auto runtime = library().new_runtime();
  const auto engine = deserialize(*runtime, build(request));
  EXPECT_EQ((*engine)->getNbOptimizationProfiles(), 2);
  const std::unique_ptr<trt::IExecutionContext> context(
      (*engine)->createExecutionContext(trt::ContextMemory::kOnProfileChange));
  const cuda::CUstream made = stream();
  EXPECT_FALSE((*context)->setInputShape("image", ToDims({9, 3, 4, 6})));
  const auto before = counters().device_bytes;
  EXPECT_TRUE((*context)->setOptimizationProfileAsync(1, made));
  EXPECT_GT(counters().device_bytes, before);
  EXPECT_EQ((*context)->getOptimizationProfile(), 1);
  EXPECT_FALSE((*context)->allInputDimensionsSpecified());
  EXPECT_TRUE((*context)->setInputShape("image", ToDims({9, 3, 4, 6})));
  EXPECT_FALSE((*context)->setOptimizationProfileAsync(2, made));
}

}  // namespace
}  // namespace deeplab::test
