// Own declarations of TensorRT 10's C++ interface, part 4: building engines. The number behind a
// group of methods is the first one's slot; see trt_api_types.h.
#pragma once

#include "infer/trt_api_callbacks.h"
#include "infer/trt_api_runtime.h"
#include "infer/trt_api_types.h"

namespace deeplab::infer::trt {

class IBuilder;
class IBuilderConfig;
class INetworkDefinition;
class ITensor;
class IOptimizationProfile;
class ITimingCache;

#define DEEPLAB_TRT_BUILDER_FLAGS(X)                          \
  X(kFp16, kFP16, 0)                                          \
  X(kInt8, kINT8, 1)                                          \
  X(kDebug, kDEBUG, 2)                                        \
  X(kDisableTimingCache, kDISABLE_TIMING_CACHE, 5)            \
  X(kTf32, kTF32, 6)                                          \
  X(kVersionCompatible, kVERSION_COMPATIBLE, 13)              \
  X(kExcludeLeanRuntime, kEXCLUDE_LEAN_RUNTIME, 14)           \
  X(kErrorOnTimingCacheMiss, kERROR_ON_TIMING_CACHE_MISS, 16) \
  X(kBf16, kBF16, 17)                                         \
  X(kStripPlan, kSTRIP_PLAN, 19)

#define DEEPLAB_TRT_MEMORY_POOLS(X) \
  X(kWorkspace, kWORKSPACE, 0)      \
  X(kTacticDram, kTACTIC_DRAM, 4)   \
  X(kTacticSharedMemory, kTACTIC_SHARED_MEMORY, 5)

// Bits of createNetworkV2's flags: 1 << value.
#define DEEPLAB_TRT_NETWORK_FLAGS(X)    \
  X(kExplicitBatch, kEXPLICIT_BATCH, 0) \
  X(kStronglyTyped, kSTRONGLY_TYPED, 1)

#define DEEPLAB_TRT_PROFILING_LEVELS(X)    \
  X(kLayerNamesOnly, kLAYER_NAMES_ONLY, 0) \
  X(kNone, kNONE, 1)                       \
  X(kDetailed, kDETAILED, 2)

enum class BuilderFlag : int32_t { DEEPLAB_TRT_BUILDER_FLAGS(DEEPLAB_TRT_ENUMERATOR) };
enum class MemoryPoolType : int32_t { DEEPLAB_TRT_MEMORY_POOLS(DEEPLAB_TRT_ENUMERATOR) };
enum class NetworkFlag : int32_t { DEEPLAB_TRT_NETWORK_FLAGS(DEEPLAB_TRT_ENUMERATOR) };
enum class ProfilingVerbosity : int32_t { DEEPLAB_TRT_PROFILING_LEVELS(DEEPLAB_TRT_ENUMERATOR) };

// A tensor of a network that is being defined; the network owns it.
struct TensorMethods : Implementation {
  DEEPLAB_TRT_SKIP(2);
  // 3
  virtual const char* getName() const noexcept = 0;
  virtual void setDimensions(const Dims& shape) noexcept = 0;
  virtual Dims getDimensions() const noexcept = 0;
  virtual void setType(DataType type) noexcept = 0;
  virtual DataType getType() const noexcept = 0;
};

struct NetworkMethods : Implementation {
  DEEPLAB_TRT_SKIP4(2, 3, 4, 5);
  DEEPLAB_TRT_SKIP4(6, 7, 8, 9);
  DEEPLAB_TRT_SKIP2(10, 11);
  // 12
  virtual int32_t getNbLayers() const noexcept = 0;
  DEEPLAB_TRT_SKIP(13);
  // 14
  virtual int32_t getNbInputs() const noexcept = 0;
  virtual ITensor* getInput(int32_t index) const noexcept = 0;
  virtual int32_t getNbOutputs() const noexcept = 0;
  virtual ITensor* getOutput(int32_t index) const noexcept = 0;
};

// The range of sizes that an engine takes; its builder owns it.
struct ProfileMethods : Implementation {
  // 2
  virtual bool setDimensions(const char* input, OptProfileSelector selector,
                             const Dims& shape) noexcept = 0;
  virtual Dims getDimensions(const char* input, OptProfileSelector selector) const noexcept = 0;
  DEEPLAB_TRT_SKIP4(4, 5, 6, 7);
  DEEPLAB_TRT_SKIP(8);
  // 9
  virtual bool isValid() const noexcept = 0;
};

struct TimingCacheMethods : Implementation {
  // 2
  virtual IHostMemory* serialize() const noexcept = 0;
  virtual bool combine(const ITimingCache& other, bool ignore_mismatch) noexcept = 0;
  virtual bool reset() noexcept = 0;
};

struct BuilderConfigMethods : Implementation {
  DEEPLAB_TRT_SKIP4(2, 3, 4, 5);
  DEEPLAB_TRT_SKIP4(6, 7, 8, 9);
  // 10
  virtual void clearFlag(BuilderFlag flag) noexcept = 0;
  virtual void setFlag(BuilderFlag flag) noexcept = 0;
  virtual bool getFlag(BuilderFlag flag) const noexcept = 0;
  DEEPLAB_TRT_SKIP4(13, 14, 15, 16);
  DEEPLAB_TRT_SKIP4(17, 18, 19, 20);
  DEEPLAB_TRT_SKIP2(21, 22);
  // 23: the driver's handle of the stream that kernels are timed on.
  virtual void setProfileStream(void* stream) noexcept = 0;
  DEEPLAB_TRT_SKIP(24);
  // 25: the profile's number, or -1.
  virtual int32_t addOptimizationProfile(const IOptimizationProfile* profile) noexcept = 0;
  DEEPLAB_TRT_SKIP(26);
  // 27
  virtual void setProfilingVerbosity(ProfilingVerbosity verbosity) noexcept = 0;
  DEEPLAB_TRT_SKIP4(28, 29, 30, 31);
  DEEPLAB_TRT_SKIP4(32, 33, 34, 35);
  DEEPLAB_TRT_SKIP4(36, 37, 38, 39);
  // 40: of no bytes, an empty cache. The caller owns it, for as long as the config is used.
  virtual ITimingCache* createTimingCache(const void* bytes, size_t size) const noexcept = 0;
  virtual bool setTimingCache(const ITimingCache& cache, bool ignore_mismatch) noexcept = 0;
  virtual const ITimingCache* getTimingCache() const noexcept = 0;
  virtual void setMemoryPoolLimit(MemoryPoolType pool, size_t bytes) noexcept = 0;
  virtual size_t getMemoryPoolLimit(MemoryPoolType pool) const noexcept = 0;
  DEEPLAB_TRT_SKIP2(45, 46);
  // 47
  virtual void setBuilderOptimizationLevel(int32_t level) noexcept = 0;
  virtual int32_t getBuilderOptimizationLevel() const noexcept = 0;
  virtual void setHardwareCompatibilityLevel(HardwareLevel level) noexcept = 0;
  DEEPLAB_TRT_SKIP4(50, 51, 52, 53);
  // 54
  virtual void setMaxAuxStreams(int32_t streams) noexcept = 0;
  DEEPLAB_TRT_SKIP(55);
  // 56: not owned.
  virtual void setProgressMonitor(IProgressMonitor* monitor) noexcept = 0;
  virtual IProgressMonitor* getProgressMonitor() const noexcept = 0;
};

struct BuilderMethods : Implementation {
  // 2
  virtual bool platformHasFastFp16() const noexcept = 0;
  virtual bool platformHasFastInt8() const noexcept = 0;
  DEEPLAB_TRT_SKIP3(4, 5, 6);
  // 7
  virtual IBuilderConfig* createBuilderConfig() noexcept = 0;
  virtual INetworkDefinition* createNetworkV2(uint32_t flags) noexcept = 0;
  virtual IOptimizationProfile* createOptimizationProfile() noexcept = 0;
  DEEPLAB_TRT_SKIP4(10, 11, 12, 13);
  // 14: null when the build failed or was cancelled.
  virtual IHostMemory* buildSerializedNetwork(INetworkDefinition& network,
                                              IBuilderConfig& config) noexcept = 0;
  virtual bool isNetworkSupported(const INetworkDefinition& network,
                                  const IBuilderConfig& config) const noexcept = 0;
  virtual ILogger* getLogger() const noexcept = 0;
  virtual bool setMaxThreads(int32_t threads) noexcept = 0;
};

class ITensor : public Object<TensorMethods> {};
class INetworkDefinition : public Object<NetworkMethods> {};
class IOptimizationProfile : public Object<ProfileMethods> {};
class ITimingCache : public Object<TimingCacheMethods> {};
class IBuilderConfig : public Object<BuilderConfigMethods> {};
class IBuilder : public Object<BuilderMethods> {};

// X(symbol, result, parameters): what libnvinfer exports, of what building engines needs.
#define DEEPLAB_TRT_BUILD_FUNCTIONS(X) \
  X(createInferBuilder_INTERNAL, void*, (void* logger, int32_t version))

}  // namespace deeplab::infer::trt
