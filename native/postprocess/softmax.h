// Per-pixel math of post-processing. The order of operations here is the contract that every other
// implementation meets. F is float, or sixteen of them (core/vec.h): the same bits either way.
#pragma once

#include <cstdint>
#include <cstring>

#include "core/vec.h"

namespace deeplab::postprocess {

// e^x for x <= 0, to 2 units in the last place, without a branch. The C library's differs between
// machines. Below −87 the result would be subnormal and is e^−87.
// x = n·ln 2 + r with |r| <= ln 2 / 2; e^r by Cephes' degree-7 polynomial; 2^n into the exponent.
template <typename F>
DEEPLAB_INLINE F ExpNonPositive(F x) noexcept {
  using U = typename BitsOf<F>::Type;
  x = x < -87.0f ? x * 0.0f - 87.0f : x;
  const F shifted = x * 1.44269504088896341f + 12582912.0f;  // + 1.5·2^23 rounds to an integer …
  const F n = shifted - 12582912.0f;
  F r = x - n * 0.693359375f;
  r = r - n * -2.12194440e-4f;
  F p = r * 1.9875691500e-4f + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r + 1.0f;
  U exponent, bits;
  std::memcpy(&exponent, &shifted, sizeof exponent);  // … whose low bits are n
  std::memcpy(&bits, &p, sizeof bits);
  bits += exponent << 23;
  std::memcpy(&p, &bits, sizeof p);
  return p;
}

// 1 / (1 + e^−x), through the exponential of a non-positive number for either sign.
template <typename F>
DEEPLAB_INLINE F Sigmoid(F x) noexcept {
  const F e = ExpNonPositive(x < 0.0f ? x : -x);
  return (x < 0.0f ? e : e * 0.0f + 1.0f) / (e + 1.0f);
}

// x · 0 is 0 for finite x and NaN for NaN and infinities: summed over the classes of a pixel it
// tells whether all were finite, without a branch.
template <typename F>
DEEPLAB_INLINE F FinitenessProbe(F x) noexcept {
  return x * 0.0f;
}

}  // namespace deeplab::postprocess
