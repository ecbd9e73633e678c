// Compiled by test/cuda-kernels/driver-abi.test.ts, never run: our declarations of the CUDA driver
// API against NVIDIA's own cuda.h, which is fetched for this and never committed. Once with the
// header of CUDA 12.6, once with 13's.
#include <cstddef>
#include <type_traits>

// Before cuda.h, where some of the constants' names are macros.
#include "cuda/driver_api.h"

#include <cuda.h>

namespace {

namespace own = deeplab::cuda;

// Enumerations travel as int, and structs have names of our own.
template <typename T, typename = void>
struct Plain {
  using type = T;
};
template <typename T>
struct Plain<T, std::enable_if_t<std::is_enum_v<T>>> {
  static_assert(sizeof(T) == sizeof(int));
  using type = int;
};
template <>
struct Plain<own::CUuuid> {
  using type = ::CUuuid_st;
};
template <>
struct Plain<own::CUmemPoolProps> {
  using type = ::CUmemPoolProps_st;
};
template <>
struct Plain<own::CUDA_MEMCPY3D> {
  using type = ::CUDA_MEMCPY3D_st;
};
template <>
struct Plain<own::CUDA_KERNEL_NODE_PARAMS> {
  using type = ::CUDA_KERNEL_NODE_PARAMS_v2_st;
};
template <typename T>
struct Plain<const T, std::enable_if_t<!std::is_enum_v<T>>> {
  using type = const typename Plain<T>::type;
};
template <typename T>
struct Plain<T*> {
  using type = typename Plain<T>::type*;
};
template <typename R, typename... P>
struct Plain<R(P...)> {
  using type = typename Plain<R>::type(typename Plain<P>::type...);
};

template <typename A, typename B>
constexpr bool kSame = std::is_same_v<typename Plain<A>::type, typename Plain<B>::type>;

// The pointer type of an Entry's `call`, without the pointer.
template <typename E>
using SignatureOf = std::remove_pointer_t<decltype(E::call)>;

#define CHECK_FUNCTION(member, symbol, parameters)                                      \
  static_assert(kSame<SignatureOf<decltype(own::DriverApi::member)>, decltype(symbol)>, \
                #symbol " has another signature");
DEEPLAB_CUDA_FUNCTIONS(CHECK_FUNCTION)
DEEPLAB_CUDA_OPTIONAL_FUNCTIONS(CHECK_FUNCTION)

#define CHECK_CONSTANT(name, value) \
  static_assert(static_cast<int>(name) == (value), #name " differs");
DEEPLAB_CUDA_RESULTS(CHECK_CONSTANT)
DEEPLAB_CUDA_CONSTANTS(CHECK_CONSTANT)

static_assert(sizeof(own::CUuuid) == sizeof(::CUuuid));
static_assert(kSame<own::CUdeviceptr, ::CUdeviceptr>);
static_assert(kSame<own::CUhostFn, ::CUhostFn>);

#define CHECK_FIELD(type, field)                                                 \
  static_assert(offsetof(own::type, field) == offsetof(::type, field) &&         \
                    sizeof(own::type::field) == sizeof(decltype(::type::field)), \
                #field " lies elsewhere");
CHECK_FIELD(CUmemPoolProps, allocType)
CHECK_FIELD(CUmemPoolProps, handleTypes)
CHECK_FIELD(CUmemPoolProps, location)
CHECK_FIELD(CUmemPoolProps, win32SecurityAttributes)
CHECK_FIELD(CUmemPoolProps, maxSize)
CHECK_FIELD(CUmemPoolProps, usage)
CHECK_FIELD(CUmemPoolProps, reserved)
static_assert(sizeof(own::CUmemPoolProps) == sizeof(::CUmemPoolProps));
static_assert(sizeof(own::CUmemLocation) == sizeof(::CUmemLocation));
static_assert(offsetof(own::CUmemLocation, id) == offsetof(::CUmemLocation, id));

CHECK_FIELD(CUDA_MEMCPY3D, srcXInBytes)
CHECK_FIELD(CUDA_MEMCPY3D, srcY)
CHECK_FIELD(CUDA_MEMCPY3D, srcZ)
CHECK_FIELD(CUDA_MEMCPY3D, srcLOD)
CHECK_FIELD(CUDA_MEMCPY3D, srcMemoryType)
CHECK_FIELD(CUDA_MEMCPY3D, srcHost)
CHECK_FIELD(CUDA_MEMCPY3D, srcDevice)
CHECK_FIELD(CUDA_MEMCPY3D, srcArray)
CHECK_FIELD(CUDA_MEMCPY3D, reserved0)
CHECK_FIELD(CUDA_MEMCPY3D, srcPitch)
CHECK_FIELD(CUDA_MEMCPY3D, srcHeight)
CHECK_FIELD(CUDA_MEMCPY3D, dstXInBytes)
CHECK_FIELD(CUDA_MEMCPY3D, dstY)
CHECK_FIELD(CUDA_MEMCPY3D, dstZ)
CHECK_FIELD(CUDA_MEMCPY3D, dstLOD)
CHECK_FIELD(CUDA_MEMCPY3D, dstMemoryType)
CHECK_FIELD(CUDA_MEMCPY3D, dstHost)
CHECK_FIELD(CUDA_MEMCPY3D, dstDevice)
CHECK_FIELD(CUDA_MEMCPY3D, dstArray)
CHECK_FIELD(CUDA_MEMCPY3D, reserved1)
CHECK_FIELD(CUDA_MEMCPY3D, dstPitch)
CHECK_FIELD(CUDA_MEMCPY3D, dstHeight)
CHECK_FIELD(CUDA_MEMCPY3D, WidthInBytes)
CHECK_FIELD(CUDA_MEMCPY3D, Height)
CHECK_FIELD(CUDA_MEMCPY3D, Depth)
static_assert(sizeof(own::CUDA_MEMCPY3D) == sizeof(::CUDA_MEMCPY3D));

CHECK_FIELD(CUDA_KERNEL_NODE_PARAMS, func)
CHECK_FIELD(CUDA_KERNEL_NODE_PARAMS, gridDimX)
CHECK_FIELD(CUDA_KERNEL_NODE_PARAMS, gridDimY)
CHECK_FIELD(CUDA_KERNEL_NODE_PARAMS, gridDimZ)
CHECK_FIELD(CUDA_KERNEL_NODE_PARAMS, blockDimX)
CHECK_FIELD(CUDA_KERNEL_NODE_PARAMS, blockDimY)
CHECK_FIELD(CUDA_KERNEL_NODE_PARAMS, blockDimZ)
CHECK_FIELD(CUDA_KERNEL_NODE_PARAMS, sharedMemBytes)
CHECK_FIELD(CUDA_KERNEL_NODE_PARAMS, kernelParams)
CHECK_FIELD(CUDA_KERNEL_NODE_PARAMS, extra)
CHECK_FIELD(CUDA_KERNEL_NODE_PARAMS, kern)
CHECK_FIELD(CUDA_KERNEL_NODE_PARAMS, ctx)
static_assert(sizeof(own::CUDA_KERNEL_NODE_PARAMS) == sizeof(::CUDA_KERNEL_NODE_PARAMS));

}  // namespace
