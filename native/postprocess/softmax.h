// Per-pixel math of post-processing. The order of operations here is the contract that every other
// implementation meets. F is float, or as many as a vector holds (core/vec.h): the same bits either
// way, where multiply and add are not fused.
#pragma once

#include "core/vec.h"

namespace deeplab::postprocess {
namespace DEEPLAB_KERNEL_LEVEL {

using deeplab::DEEPLAB_KERNEL_LEVEL::As;
using deeplab::DEEPLAB_KERNEL_LEVEL::BitsOf;
using deeplab::DEEPLAB_KERNEL_LEVEL::Max;
using deeplab::DEEPLAB_KERNEL_LEVEL::Splat;
#if !defined(__CUDACC__)
using deeplab::DEEPLAB_KERNEL_LEVEL::Floats;
using deeplab::DEEPLAB_KERNEL_LEVEL::Ints;
#endif

constexpr float kLog2E = 1.44269504088896341f;

// 2^f for |f| <= 1/2, off by at most 9.2e-8 of it; 1 for 0.
template <typename F>
DEEPLAB_INLINE F ExpFraction(F f) noexcept {
  F p = f * 1.326482845e-03f + 9.671515396e-03f;
  p = p * f + 5.550733452e-02f;
  p = p * f + 2.402224204e-01f;
  p = p * f + 6.931469777e-01f;
  return p * f + 1.0f;
}

// e^x for x <= 0, without a branch and without the C library, which differs between machines.
// The result is off by at most 2^-22 · e^x + 2^-24, and never above 1: what sums of probabilities
// need. Below −87.3, where it would be subnormal, it is 2^−126.
// x · log2 e = n + f with a whole n and |f| <= 1/2; then 2^f, and 2^n into its exponent.
template <typename F>
DEEPLAB_INLINE F ExpNonPositive(F x) noexcept {
  using U = typename BitsOf<F>::Type;
  const F t = Max(x * kLog2E, Splat<F>(-126.0f));
  const F shifted = t + 12582912.0f;  // + 1.5·2^23 rounds to an integer …
  const F f = t - (shifted - 12582912.0f);
  return As<F>(As<U>(ExpFraction(f)) + (As<U>(shifted) << 23));  // … whose low bits are n
}

#if defined(DEEPLAB_KERNEL_avx512)
// The same with AVX-512's own rounding and scaling, which need no lower limit.
DEEPLAB_INLINE Floats ExpNonPositive(Floats x) noexcept {
  const __m512 t = (__m512)(x * kLog2E);
  const __m512 n = _mm512_mask_roundscale_ps(t, 0xffff, t, _MM_FROUND_NO_EXC);
  const __m512 p = (__m512)ExpFraction((Floats)(t - n));
  return (Floats)_mm512_mask_scalef_ps(p, 0xffff, p, n);
}
#endif

#if !defined(__CUDACC__)
// An upper bound of e^x for x <= 0, less than 6.2 % above it (and 0 where e^x is nearly that): the
// chords of 2^t between whole numbers, which is what a float's bits are, read as a number. Up to
// the rounding of a few floats: who relies on the bound leaves a margin (BandWriter::bound_keep).
DEEPLAB_INLINE Floats ExpChord(Floats x) noexcept {
  const Floats scaled = x * (8388608.0f * kLog2E) + 127.0f * 8388608.0f;
  return As<Floats>(__builtin_convertvector(Max(scaled, Floats{}), Ints));
}
#endif

// 1 / (1 + e^−x), through the exponential of a non-positive number for either sign.
template <typename F>
DEEPLAB_INLINE F Sigmoid(F x) noexcept {
  const F e = ExpNonPositive(x < 0.0f ? x : -x);
  return (x < 0.0f ? e : Splat<F>(1.0f)) / (e + 1.0f);
}

}  // namespace DEEPLAB_KERNEL_LEVEL
}  // namespace deeplab::postprocess
