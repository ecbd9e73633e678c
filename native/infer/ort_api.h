// Our own declarations of ONNX Runtime's C interface: just the functions used here, each by its
// slot in the append-only table that GetApi() returns. No ONNX Runtime header is needed to build.
// test/unit/ort-slots.test.ts holds every slot number against an independent list.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/native_path.h"

#if defined(_WIN32)
#define DEEPLAB_ORT_CALL __stdcall
#else
#define DEEPLAB_ORT_CALL
#endif

namespace deeplab::infer {

// The table's version that we ask for. All slots below exist in it (and so in every later one).
constexpr uint32_t kOrtApiVersion = 17;

// Objects of the library; only pointers to them are ever held.
struct OrtAllocator;
struct OrtCUDAProviderOptionsV2;
struct OrtEnv;
struct OrtIoBinding;
struct OrtMemoryInfo;
struct OrtModelSession;  // OrtSession in ONNX Runtime's own naming
struct OrtRunOptions;
struct OrtSessionOptions;
struct OrtStatus;
struct OrtTensorInfo;  // OrtTensorTypeAndShapeInfo
struct OrtTensorRTProviderOptionsV2;
struct OrtTypeInfo;
struct OrtValue;

// Values of the enumerations that are passed as plain integers.
constexpr int32_t kOrtLogWarning = 2;
constexpr int32_t kOrtLogError = 3;
constexpr int32_t kOrtTypeTensor = 1;
constexpr int32_t kOrtElementFloat = 1;
constexpr int32_t kOrtElementFloat16 = 10;
constexpr int32_t kOrtExecutionParallel = 1;
constexpr int32_t kOrtDeviceAllocator = 0;
constexpr int32_t kOrtMemoryDefault = 0;
constexpr int32_t kOrtErrorRuntimeException = 6;
constexpr int32_t kOrtErrorProviderFailed = 11;

// (param, severity, category, log id, code location, message)
using OrtLogFunction = void(DEEPLAB_ORT_CALL*)(void*, int32_t, const char*, const char*,
                                               const char*, const char*);

// X(slot, result, name, arguments...). A returned OrtStatus* is null for success, else owned.
#define DEEPLAB_ORT_FUNCTIONS(X)                                                                  \
  X(1, int32_t, GetErrorCode, const OrtStatus*)                                                   \
  X(2, const char*, GetErrorMessage, const OrtStatus*)                                            \
  X(4, OrtStatus*, CreateEnvWithCustomLogger, OrtLogFunction, void*, int32_t, const char*,        \
    OrtEnv**)                                                                                     \
  X(7, OrtStatus*, CreateSession, const OrtEnv*, const NativeChar*, const OrtSessionOptions*,     \
    OrtModelSession**)                                                                            \
  X(8, OrtStatus*, CreateSessionFromArray, const OrtEnv*, const void*, size_t,                    \
    const OrtSessionOptions*, OrtModelSession**)                                                  \
  X(10, OrtStatus*, CreateSessionOptions, OrtSessionOptions**)                                    \
  X(13, OrtStatus*, SetSessionExecutionMode, OrtSessionOptions*, int32_t)                         \
  X(16, OrtStatus*, EnableMemPattern, OrtSessionOptions*)                                         \
  X(17, OrtStatus*, DisableMemPattern, OrtSessionOptions*)                                        \
  X(18, OrtStatus*, EnableCpuMemArena, OrtSessionOptions*)                                        \
  X(19, OrtStatus*, DisableCpuMemArena, OrtSessionOptions*)                                       \
  X(22, OrtStatus*, SetSessionLogSeverityLevel, OrtSessionOptions*, int)                          \
  X(23, OrtStatus*, SetSessionGraphOptimizationLevel, OrtSessionOptions*, int32_t)                \
  X(24, OrtStatus*, SetIntraOpNumThreads, OrtSessionOptions*, int)                                \
  X(25, OrtStatus*, SetInterOpNumThreads, OrtSessionOptions*, int)                                \
  X(30, OrtStatus*, SessionGetInputCount, const OrtModelSession*, size_t*)                        \
  X(31, OrtStatus*, SessionGetOutputCount, const OrtModelSession*, size_t*)                       \
  X(33, OrtStatus*, SessionGetInputTypeInfo, const OrtModelSession*, size_t, OrtTypeInfo**)       \
  X(34, OrtStatus*, SessionGetOutputTypeInfo, const OrtModelSession*, size_t, OrtTypeInfo**)      \
  X(36, OrtStatus*, SessionGetInputName, const OrtModelSession*, size_t, OrtAllocator*, char**)   \
  X(37, OrtStatus*, SessionGetOutputName, const OrtModelSession*, size_t, OrtAllocator*, char**)  \
  X(39, OrtStatus*, CreateRunOptions, OrtRunOptions**)                                            \
  X(49, OrtStatus*, CreateTensorWithDataAsOrtValue, const OrtMemoryInfo*, void*, size_t,          \
    const int64_t*, size_t, int32_t, OrtValue**)                                                  \
  X(51, OrtStatus*, GetTensorMutableData, OrtValue*, void**)                                      \
  X(55, OrtStatus*, CastTypeInfoToTensorInfo, const OrtTypeInfo*, const OrtTensorInfo**)          \
  X(56, OrtStatus*, GetOnnxTypeFromTypeInfo, const OrtTypeInfo*, int32_t*)                        \
  X(60, OrtStatus*, GetTensorElementType, const OrtTensorInfo*, int32_t*)                         \
  X(61, OrtStatus*, GetDimensionsCount, const OrtTensorInfo*, size_t*)                            \
  X(62, OrtStatus*, GetDimensions, const OrtTensorInfo*, int64_t*, size_t)                        \
  X(65, OrtStatus*, GetTensorTypeAndShape, const OrtValue*, OrtTensorInfo**)                      \
  X(68, OrtStatus*, CreateMemoryInfo, const char*, int32_t, int, int32_t, OrtMemoryInfo**)        \
  X(69, OrtStatus*, CreateCpuMemoryInfo, int32_t, int32_t, OrtMemoryInfo**)                       \
  X(76, OrtStatus*, AllocatorFree, OrtAllocator*, void*)                                          \
  X(78, OrtStatus*, GetAllocatorWithDefaultOptions, OrtAllocator**)                               \
  X(93, void, ReleaseStatus, OrtStatus*)                                                          \
  X(94, void, ReleaseMemoryInfo, OrtMemoryInfo*)                                                  \
  X(95, void, ReleaseSession, OrtModelSession*)                                                   \
  X(96, void, ReleaseValue, OrtValue*)                                                            \
  X(97, void, ReleaseRunOptions, OrtRunOptions*)                                                  \
  X(98, void, ReleaseTypeInfo, OrtTypeInfo*)                                                      \
  X(99, void, ReleaseTensorTypeAndShapeInfo, OrtTensorInfo*)                                      \
  X(100, void, ReleaseSessionOptions, OrtSessionOptions*)                                         \
  X(125, OrtStatus*, GetAvailableProviders, char***, int*)                                        \
  X(126, OrtStatus*, ReleaseAvailableProviders, char**, int)                                      \
  X(130, OrtStatus*, AddSessionConfigEntry, OrtSessionOptions*, const char*, const char*)         \
  X(133, OrtStatus*, RunWithBinding, OrtModelSession*, const OrtRunOptions*, const OrtIoBinding*) \
  X(134, OrtStatus*, CreateIoBinding, OrtModelSession*, OrtIoBinding**)                           \
  X(135, void, ReleaseIoBinding, OrtIoBinding*)                                                   \
  X(136, OrtStatus*, BindInput, OrtIoBinding*, const char*, const OrtValue*)                      \
  X(137, OrtStatus*, BindOutput, OrtIoBinding*, const char*, const OrtValue*)                     \
  X(138, OrtStatus*, BindOutputToDevice, OrtIoBinding*, const char*, const OrtMemoryInfo*)        \
  X(140, OrtStatus*, GetBoundOutputValues, const OrtIoBinding*, OrtAllocator*, OrtValue***,       \
    size_t*)                                                                                      \
  X(165, OrtStatus*, AddRunConfigEntry, OrtRunOptions*, const char*, const char*)                 \
  X(170, OrtStatus*, SessionOptionsAppendExecutionProvider_TensorRT_V2, OrtSessionOptions*,       \
    const OrtTensorRTProviderOptionsV2*)                                                          \
  X(171, OrtStatus*, CreateTensorRTProviderOptions, OrtTensorRTProviderOptionsV2**)               \
  X(172, OrtStatus*, UpdateTensorRTProviderOptions, OrtTensorRTProviderOptionsV2*,                \
    const char* const*, const char* const*, size_t)                                               \
  X(174, void, ReleaseTensorRTProviderOptions, OrtTensorRTProviderOptionsV2*)                     \
  X(204, OrtStatus*, SessionOptionsAppendExecutionProvider_CUDA_V2, OrtSessionOptions*,           \
    const OrtCUDAProviderOptionsV2*)                                                              \
  X(205, OrtStatus*, CreateCUDAProviderOptions, OrtCUDAProviderOptionsV2**)                       \
  X(206, OrtStatus*, UpdateCUDAProviderOptions, OrtCUDAProviderOptionsV2*, const char* const*,    \
    const char* const*, size_t)                                                                   \
  X(208, void, ReleaseCUDAProviderOptions, OrtCUDAProviderOptionsV2*)                             \
  X(261, OrtStatus*, UpdateTensorRTProviderOptionsWithValue, OrtTensorRTProviderOptionsV2*,       \
    const char*, void*)                                                                           \
  X(263, OrtStatus*, UpdateCUDAProviderOptionsWithValue, OrtCUDAProviderOptionsV2*, const char*,  \
    void*)                                                                                        \
  X(266, OrtStatus*, SetUserLoggingFunction, OrtSessionOptions*, OrtLogFunction, void*)

// The functions above, typed, copied out of the library's table.
struct OrtApi {
#define DEEPLAB_ORT_MEMBER(slot, result, name, ...) \
  result(DEEPLAB_ORT_CALL* name)(__VA_ARGS__) = nullptr;
  DEEPLAB_ORT_FUNCTIONS(DEEPLAB_ORT_MEMBER)
#undef DEEPLAB_ORT_MEMBER
};

// `table` is what GetApi(kOrtApiVersion) returned; it lives as long as the library.
inline OrtApi BindOrtApi(const void* table) {
  const auto* slots = static_cast<void* const*>(table);
  OrtApi api;
#define DEEPLAB_ORT_BIND(slot, result, name, ...) \
  api.name = reinterpret_cast<decltype(api.name)>(slots[slot]);
  DEEPLAB_ORT_FUNCTIONS(DEEPLAB_ORT_BIND)
#undef DEEPLAB_ORT_BIND
  return api;
}

// What OrtGetApiBase(), the library's one needed symbol, returns.
struct OrtApiBase {
  const void*(DEEPLAB_ORT_CALL* GetApi)(uint32_t version);
  const char*(DEEPLAB_ORT_CALL* GetVersionString)();
};

}  // namespace deeplab::infer
