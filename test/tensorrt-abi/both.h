// TensorRT's true headers and our own declarations in one unit, and what compares their types.
#pragma once

#include <NvInfer.h>
#include <NvOnnxParser.h>

#include <cstring>
#include <type_traits>

#include "infer/trt_api_build.h"
#include "infer/trt_api_callbacks.h"
#include "infer/trt_api_parser.h"
#include "infer/trt_api_runtime.h"
#include "infer/trt_api_types.h"

namespace tensorrt_abi {

namespace own = deeplab::infer::trt;

// A type of ours as the type of theirs that it stands for; every other type is itself.
template <typename T, typename = void>
struct Twin {
  using type = T;
};

// X(own, theirs): classes that signatures name.
#define TENSORRT_ABI_CLASSES(X)                                \
  X(own::Dims, nvinfer1::Dims64)                               \
  X(own::InterfaceInfo, nvinfer1::InterfaceInfo)               \
  X(own::ILogger, nvinfer1::ILogger)                           \
  X(own::IProgressMonitor, nvinfer1::IProgressMonitor)         \
  X(own::IRuntime, nvinfer1::IRuntime)                         \
  X(own::ICudaEngine, nvinfer1::ICudaEngine)                   \
  X(own::IExecutionContext, nvinfer1::IExecutionContext)       \
  X(own::IHostMemory, nvinfer1::IHostMemory)                   \
  X(own::IStreamReader, nvinfer1::IStreamReader)               \
  X(own::IBuilder, nvinfer1::IBuilder)                         \
  X(own::IBuilderConfig, nvinfer1::IBuilderConfig)             \
  X(own::INetworkDefinition, nvinfer1::INetworkDefinition)     \
  X(own::ITensor, nvinfer1::ITensor)                           \
  X(own::IOptimizationProfile, nvinfer1::IOptimizationProfile) \
  X(own::ITimingCache, nvinfer1::ITimingCache)                 \
  X(own::IParserError, nvonnxparser::IParserError)

#define TENSORRT_ABI_TWIN(ours, theirs) \
  template <>                           \
  struct Twin<ours> {                   \
    using type = theirs;                \
  };
TENSORRT_ABI_CLASSES(TENSORRT_ABI_TWIN)
#undef TENSORRT_ABI_TWIN

// A stream travels as a plain pointer, an enumeration as the integer below it.
template <>
struct Twin<CUstream_st> {
  using type = void;
};
template <typename T>
struct Twin<T, std::enable_if_t<std::is_enum_v<T>>> {
  using type = std::underlying_type_t<T>;
};
template <typename T>
struct Twin<T*> {
  using type = typename Twin<T>::type*;
};
template <typename T>
struct Twin<T&> {
  using type = typename Twin<T>::type&;
};
template <typename T>
struct Twin<const T, std::enable_if_t<!std::is_enum_v<T>>> {
  using type = const typename Twin<T>::type;
};

// A function or method without its class, of twins only: what a caller and a callee must agree on.
template <typename F>
struct Signature;
template <typename R, typename... P>
struct Signature<R (*)(P...)> {
  using type = typename Twin<R>::type(typename Twin<P>::type...);
};
template <typename R, typename... P>
struct Signature<R (*)(P...) noexcept> : Signature<R (*)(P...)> {};
template <typename C, typename R, typename... P>
struct Signature<R (C::*)(P...)> {
  using type = typename Twin<R>::type(typename Twin<P>::type...);
};
template <typename C, typename R, typename... P>
struct Signature<R (C::*)(P...) noexcept> : Signature<R (C::*)(P...)> {};
template <typename C, typename R, typename... P>
struct Signature<R (C::*)(P...) const> {
  using type = typename Twin<R>::type(typename Twin<P>::type...) const;
};
template <typename C, typename R, typename... P>
struct Signature<R (C::*)(P...) const noexcept> : Signature<R (C::*)(P...) const> {};

template <typename A, typename B>
constexpr bool kSameSignature =
    std::is_same_v<typename Signature<A>::type, typename Signature<B>::type>;

// The place of a virtual method in its table, by the Itanium C++ ABI's pointers to members.
template <typename Method>
int SlotOf(Method method) {
  std::ptrdiff_t parts[2];
  static_assert(sizeof method == sizeof parts);
  std::memcpy(parts, &method, sizeof parts);
#if defined(__aarch64__) || defined(__arm__)
  return static_cast<int>(parts[0] / sizeof(void*));  // whether it is virtual is in the other part
#else
  return static_cast<int>((parts[0] - 1) / sizeof(void*));
#endif
}

}  // namespace tensorrt_abi
