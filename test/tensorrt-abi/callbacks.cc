// What crosses in earnest: objects of ours used through TensorRT's true types, and objects made
// with the true types used, and deleted, through ours. Prints what arrived, a line a call.
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <new>

#include "both.h"

namespace tensorrt_abi {
namespace {

// Ours, as TensorRT would call them.

class Logger final : public own::ILogger {
 public:
  void log(own::Severity severity, const char* message) noexcept override {
    std::printf("log %d %s\n", static_cast<int>(severity), message);
  }
  ~Logger() override { std::puts("logger destroyed"); }
};

class Monitor final : public own::IProgressMonitor {
 public:
  void phaseStart(const char* phase, const char* parent, int32_t steps) noexcept override {
    std::printf("start %s of %s, %d steps\n", phase, parent, steps);
  }
  bool stepComplete(const char* phase, int32_t step) noexcept override {
    std::printf("step %d of %s\n", step, phase);
    return step < 2;
  }
  void phaseFinish(const char* phase) noexcept override { std::printf("finish %s\n", phase); }
  ~Monitor() override { std::puts("monitor destroyed"); }
};

// `volatile`: the compiler may not know what an object really is.
template <typename To, typename From>
To* As(From* object) {
  From* volatile hidden = object;
  return reinterpret_cast<To*>(static_cast<void*>(hidden));
}

void UseOurs() {
  auto* const logger = As<nvinfer1::ILogger>(static_cast<own::ILogger*>(new Logger()));
  logger->log(nvinfer1::ILogger::Severity::kWARNING, "careful");
  delete logger;
  auto* const monitor =
      As<nvinfer1::IProgressMonitor>(static_cast<own::IProgressMonitor*>(new Monitor()));
  const nvinfer1::InterfaceInfo info = monitor->getInterfaceInfo();
  std::printf("%s %d.%d language %d\n", info.kind, info.major, info.minor,
              static_cast<int>(monitor->getAPILanguage()));
  monitor->phaseStart("tactics", "build", 3);
  const bool goes_on = monitor->stepComplete("tactics", 1);
  const bool ends = !monitor->stepComplete("tactics", 2);
  std::printf("goes on %d, ends %d\n", goes_on, ends);
  monitor->phaseFinish("tactics");
  delete monitor;
}

// Theirs, as we would call them.

struct MemoryImplementation final : nvinfer1::apiv::VHostMemory {
  void* data() const noexcept override { return const_cast<char*>("plan"); }
  std::size_t size() const noexcept override { return 4; }
  nvinfer1::DataType type() const noexcept override { return nvinfer1::DataType::kINT8; }
  ~MemoryImplementation() override { std::puts("implementation destroyed"); }
};

class Memory final : public nvinfer1::IHostMemory {
 public:
  Memory() { mImpl = new MemoryImplementation(); }
  ~Memory() noexcept override { delete mImpl; }
  // TensorRT's allocator need not be ours: who deletes must end here.
  void* operator new(std::size_t size) { return std::malloc(size); }
  void operator delete(void* address) {
    std::puts("freed by its own allocator");
    std::free(address);
  }
};

struct ProfileImplementation final : nvinfer1::apiv::VOptimizationProfile {
  nvinfer1::Dims kept{};
  bool setDimensions(const char* input, nvinfer1::OptProfileSelector selector,
                     const nvinfer1::Dims& dims) noexcept override {
    std::printf("%s %d: rank %d, last %lld\n", input, static_cast<int>(selector), dims.nbDims,
                static_cast<long long>(dims.d[7]));
    kept = dims;
    return true;
  }
  nvinfer1::Dims getDimensions(const char*, nvinfer1::OptProfileSelector) const noexcept override {
    return kept;
  }
  bool setShapeValues(const char*, nvinfer1::OptProfileSelector, const int32_t*,
                      int32_t) noexcept override {
    return false;
  }
  int32_t getNbShapeValues(const char*) const noexcept override { return 0; }
  const int32_t* getShapeValues(const char*, nvinfer1::OptProfileSelector) const noexcept override {
    return nullptr;
  }
  bool setExtraMemoryTarget(float) noexcept override { return false; }
  float getExtraMemoryTarget() const noexcept override { return 0; }
  bool isValid() const noexcept override { return kept.nbDims == 8; }
  bool setShapeValuesV2(const char*, nvinfer1::OptProfileSelector, const int64_t*,
                        int32_t) noexcept override {
    return false;
  }
  const int64_t* getShapeValuesV2(const char*,
                                  nvinfer1::OptProfileSelector) const noexcept override {
    return nullptr;
  }
};

class Profile final : public nvinfer1::IOptimizationProfile {
 public:
  Profile() { mImpl = new ProfileImplementation(); }
  ~Profile() noexcept override { delete mImpl; }
};

void UseTheirs() {
  {
    const std::unique_ptr<own::IHostMemory> memory(
        As<own::IHostMemory>(static_cast<nvinfer1::IHostMemory*>(new Memory())));
    std::printf("%zu bytes of %s\n", (*memory)->size(), static_cast<char*>((*memory)->data()));
  }
  const std::unique_ptr<own::IOptimizationProfile> profile(
      As<own::IOptimizationProfile>(static_cast<nvinfer1::IOptimizationProfile*>(new Profile())));
  const own::Dims shape{8, {1, 2, 3, 4, 5, 6, 7, int64_t{1} << 40}};
  (*profile)->setDimensions("image", own::OptProfileSelector::kMax, shape);
  const own::Dims back = (*profile)->getDimensions("image", own::OptProfileSelector::kMax);
  std::printf("back: rank %d, last %lld, valid %d\n", back.rank,
              static_cast<long long>(back.size[7]), (*profile)->isValid());
}

}  // namespace
}  // namespace tensorrt_abi

int main() {
  tensorrt_abi::UseOurs();
  tensorrt_abi::UseTheirs();
  return 0;
}
