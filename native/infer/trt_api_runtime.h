// Own declarations of TensorRT 10's C++ interface, part 2: running engines. The number behind a
// group of methods is the first one's slot; see trt_api_types.h.
#pragma once

#include "infer/trt_api_callbacks.h"
#include "infer/trt_api_types.h"

namespace deeplab::infer::trt {

class IRuntime;
class ICudaEngine;
class IExecutionContext;
class IHostMemory;
class IStreamReader;  // only ever named

// Bytes that TensorRT owns: a serialized engine, or a timing cache.
struct HostMemoryMethods : Implementation {
  virtual void* data() const noexcept = 0;
  virtual size_t size() const noexcept = 0;
};

struct RuntimeMethods : Implementation {
  DEEPLAB_TRT_SKIP(2);
  // 3: null when the plan cannot be used here; why is in the log only. The bytes are not kept.
  virtual ICudaEngine* deserializeCudaEngine(const void* plan, size_t size) noexcept = 0;
  virtual ICudaEngine* deserializeCudaEngine(IStreamReader& reader) noexcept = 0;
  DEEPLAB_TRT_SKIP4(5, 6, 7, 8);
  DEEPLAB_TRT_SKIP2(9, 10);
  // 11
  virtual ILogger* getLogger() const noexcept = 0;
  virtual bool setMaxThreads(int32_t threads) noexcept = 0;
  virtual int32_t getMaxThreads() const noexcept = 0;
  DEEPLAB_TRT_SKIP4(14, 15, 16, 17);
  DEEPLAB_TRT_SKIP3(18, 19, 20);
  // 21: plans that carry host code (version compatible ones do) are refused unless this is true.
  virtual void setEngineHostCodeAllowed(bool allowed) noexcept = 0;
  virtual bool getEngineHostCodeAllowed() const noexcept = 0;
};

// Tensors are named by text throughout; a name that the engine does not know is an error line in
// the log and a result of rank -1, kNone or the like.
struct EngineMethods : Implementation {
  DEEPLAB_TRT_SKIP2(2, 3);
  // 4
  virtual IHostMemory* serialize() const noexcept = 0;
  virtual IExecutionContext* createExecutionContext(ContextMemory memory) noexcept = 0;
  DEEPLAB_TRT_SKIP3(6, 7, 8);
  // 9
  virtual const char* getName() const noexcept = 0;
  virtual int32_t getNbOptimizationProfiles() const noexcept = 0;
  DEEPLAB_TRT_SKIP4(11, 12, 13, 14);
  DEEPLAB_TRT_SKIP4(15, 16, 17, 18);
  // 19
  virtual Dims getTensorShape(const char* tensor) const noexcept = 0;
  virtual DataType getTensorDataType(const char* tensor) const noexcept = 0;
  virtual TensorLocation getTensorLocation(const char* tensor) const noexcept = 0;
  virtual bool isShapeInferenceIO(const char* tensor) const noexcept = 0;
  virtual TensorIOMode getTensorIOMode(const char* tensor) const noexcept = 0;
  DEEPLAB_TRT_SKIP2(24, 25);
  // 26
  virtual TensorFormat getTensorFormat(const char* tensor) const noexcept = 0;
  virtual const char* getTensorFormatDesc(const char* tensor) const noexcept = 0;
  DEEPLAB_TRT_SKIP(28);
  // 29
  virtual Dims getProfileShape(const char* tensor, int32_t profile,
                               OptProfileSelector selector) const noexcept = 0;
  virtual int32_t getNbIOTensors() const noexcept = 0;
  virtual const char* getIOTensorName(int32_t index) const noexcept = 0;
  virtual HardwareLevel getHardwareCompatibilityLevel() const noexcept = 0;
  DEEPLAB_TRT_SKIP4(33, 34, 35, 36);
  DEEPLAB_TRT_SKIP4(37, 38, 39, 40);
  DEEPLAB_TRT_SKIP4(41, 42, 43, 44);
  DEEPLAB_TRT_SKIP4(45, 46, 47, 48);
  DEEPLAB_TRT_SKIP3(49, 50, 51);
  // 52: bytes of activations that one context needs, the largest of all profiles.
  virtual int64_t getDeviceMemorySizeV2() const noexcept = 0;
};

// One thread at a time; `stream` is the driver's stream handle. Slots from 53 on differ between
// releases and are never called.
struct ContextMethods : Implementation {
  DEEPLAB_TRT_SKIP4(2, 3, 4, 5);
  DEEPLAB_TRT_SKIP4(6, 7, 8, 9);
  DEEPLAB_TRT_SKIP(10);
  // 11
  virtual int32_t getOptimizationProfile() const noexcept = 0;
  virtual bool allInputDimensionsSpecified() const noexcept = 0;
  DEEPLAB_TRT_SKIP4(13, 14, 15, 16);
  // 17
  virtual bool setOptimizationProfileAsync(int32_t profile, void* stream) noexcept = 0;
  DEEPLAB_TRT_SKIP3(18, 19, 20);
  // 21
  virtual bool setInputShape(const char* tensor, const Dims& shape) noexcept = 0;
  virtual Dims getTensorShape(const char* tensor) const noexcept = 0;
  DEEPLAB_TRT_SKIP(23);
  // 24
  virtual bool setTensorAddress(const char* tensor, void* device_address) noexcept = 0;
  virtual const void* getTensorAddress(const char* tensor) const noexcept = 0;
  DEEPLAB_TRT_SKIP2(26, 27);
  // 28: 0 when every shape is known; else how many are missing, up to `capacity` of them by name.
  virtual int32_t inferShapes(int32_t capacity, const char** missing) noexcept = 0;
  DEEPLAB_TRT_SKIP4(29, 30, 31, 32);
  DEEPLAB_TRT_SKIP4(33, 34, 35, 36);
  // 37: queues the inference and returns; false when that failed, and why is in the log.
  virtual bool enqueueV3(void* stream) noexcept = 0;
  DEEPLAB_TRT_SKIP4(38, 39, 40, 41);
  DEEPLAB_TRT_SKIP4(42, 43, 44, 45);
  DEEPLAB_TRT_SKIP3(46, 47, 48);
  // 49: for contexts made with ContextMemory::kUserManaged.
  virtual void setDeviceMemoryV2(void* device_memory, int64_t size) noexcept = 0;
};

class IHostMemory : public Object<HostMemoryMethods> {};
class IRuntime : public Object<RuntimeMethods> {};
class ICudaEngine : public Object<EngineMethods> {};
class IExecutionContext : public Object<ContextMethods> {};

// X(symbol, result, parameters): what libnvinfer exports, of what running engines needs.
#define DEEPLAB_TRT_RUNTIME_FUNCTIONS(X) \
  X(getInferLibVersion, int32_t, ())     \
  X(createInferRuntime_INTERNAL, void*, (void* logger, int32_t version))
// Not in every 10.x.
#define DEEPLAB_TRT_RUNTIME_OPTIONAL_FUNCTIONS(X) X(getInferLibBuildVersion, int32_t, ())

}  // namespace deeplab::infer::trt
