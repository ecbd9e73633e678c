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

// Enumerations travel as int, and two structs have names of our own.
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

#define CHECK_FIELD(field)                                                                   \
  static_assert(offsetof(own::CUmemPoolProps, field) == offsetof(::CUmemPoolProps, field) && \
                    sizeof(own::CUmemPoolProps::field) == sizeof(::CUmemPoolProps::field),   \
                #field " lies elsewhere");
CHECK_FIELD(allocType)
CHECK_FIELD(handleTypes)
CHECK_FIELD(location)
CHECK_FIELD(win32SecurityAttributes)
CHECK_FIELD(maxSize)
CHECK_FIELD(usage)
CHECK_FIELD(reserved)
static_assert(sizeof(own::CUmemPoolProps) == sizeof(::CUmemPoolProps));
static_assert(sizeof(own::CUmemLocation) == sizeof(::CUmemLocation));
static_assert(offsetof(own::CUmemLocation, id) == offsetof(::CUmemLocation, id));

}  // namespace
