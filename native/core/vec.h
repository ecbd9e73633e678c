// The vectors that kernels work in, as GCC and Clang's vector types: element-wise operators, and
// comparison ? a : b, work as on numbers; a number beside a vector stands for all its lanes.
//
// For kernel sources (native/*/*_kernels.cc), which are compiled once for each level of
// core/simd.h: all names live in the level's own namespace, and every function is always inlined,
// so that no code for one instruction set is left behind for another's callers to be linked to.
// CUDA kernels have the numbers of it, without the vectors.
#pragma once

#include <cstdint>
#include <cstring>

#include "core/portable.h"

#if defined(DEEPLAB_KERNEL_avx2) || defined(DEEPLAB_KERNEL_avx512)
#include <immintrin.h>
#endif

#ifndef DEEPLAB_KERNEL_LEVEL
#define DEEPLAB_KERNEL_LEVEL baseline  // ordinary sources: the arithmetic of the scalar level
#endif

namespace deeplab {
namespace DEEPLAB_KERNEL_LEVEL {

#if !defined(__CUDACC__)
// As FloatLanes() in core/simd.h. The scalar level uses the four lanes that every machine has: each
// lane rounds as a plain float does.
#if defined(DEEPLAB_KERNEL_avx512)
constexpr int kLanes = 16;
#elif defined(DEEPLAB_KERNEL_avx2)
constexpr int kLanes = 8;
#else
constexpr int kLanes = 4;
#endif

typedef float Floats __attribute__((vector_size(4 * kLanes)));
typedef int32_t Ints __attribute__((vector_size(4 * kLanes)));
typedef uint32_t Bits __attribute__((vector_size(4 * kLanes)));
typedef uint16_t Shorts __attribute__((vector_size(2 * kLanes)));
typedef uint8_t Bytes __attribute__((vector_size(kLanes)));
#endif

// Unaligned loads and stores.
template <typename Lanes>
DEEPLAB_INLINE Lanes LoadAs(const void* from) noexcept {
  Lanes value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

template <typename Lanes>
DEEPLAB_INLINE void Store(void* to, const Lanes& value) noexcept {
  std::memcpy(to, &value, sizeof value);
}

// The same bits as another type of vector or number.
template <typename To, typename From>
DEEPLAB_INLINE To As(const From& from) noexcept {
  static_assert(sizeof(To) == sizeof(From), "As keeps the size");
  return LoadAs<To>(&from);
}

// One number in all lanes: x − 0 is x for every x, so this is a plain broadcast.
template <typename V, typename Number>
DEEPLAB_INLINE V Splat(Number x) noexcept {
  return x - V{};
}

// The unsigned integers as wide as a float type.
template <typename F>
struct BitsOf;
template <>
struct BitsOf<float> {
  using Type = uint32_t;
};

// a > b ? a : b: where one is NaN, b.
DEEPLAB_INLINE float Max(float a, float b) noexcept { return a > b ? a : b; }

#if !defined(__CUDACC__)
DEEPLAB_INLINE Floats Load(const float* from) noexcept { return LoadAs<Floats>(from); }

DEEPLAB_INLINE Floats Max(Floats a, Floats b) noexcept {
#if defined(DEEPLAB_KERNEL_avx512)
  // The mask of all lanes: GCC 12 warns of _mm512_max_ps's own undefined register.
  return (Floats)_mm512_mask_max_ps((__m512)a, 0xffff, (__m512)a, (__m512)b);
#elif defined(DEEPLAB_KERNEL_avx2)
  return (Floats)_mm256_max_ps((__m256)a, (__m256)b);
#else
  return a > b ? a : b;
#endif
}

// Whether a comparison holds in every lane.
DEEPLAB_INLINE bool All(Ints mask) noexcept {
#if defined(DEEPLAB_KERNEL_avx512)
  return _mm512_movepi32_mask((__m512i)mask) == 0xffff;
#elif defined(DEEPLAB_KERNEL_avx2)
  return _mm256_movemask_ps((__m256)mask) == 0xff;
#else
  return (mask[0] & mask[1] & mask[2] & mask[3]) != 0;
#endif
}

template <>
struct BitsOf<Floats> {
  using Type = Bits;
};
#endif

}  // namespace DEEPLAB_KERNEL_LEVEL
}  // namespace deeplab
