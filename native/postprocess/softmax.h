// Per-pixel math of post-processing, in a form that compiles as C++ and as CUDA. The order of
// operations here is the contract that every other implementation meets.
#pragma once

#include <cstdint>
#include <cstring>

namespace deeplab::postprocess {

// e^x for x <= 0, to 2 units in the last place; branch-free, so loops over it vectorise. The C
// library's differs between machines. Below −87 the result would be subnormal and is e^−87.
// x = n·ln 2 + r with |r| <= ln 2 / 2; e^r by Cephes' degree-7 polynomial; 2^n into the exponent.
inline float ExpNonPositive(float x) noexcept {
  x = x < -87.0f ? -87.0f : x;
  const float rounder = 12582912.0f;  // 1.5 · 2^23: adding it rounds to an integer
  const float shifted = x * 1.44269504088896341f + rounder;
  const float n = shifted - rounder;
  float r = x - n * 0.693359375f;
  r = r - n * -2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r + 1.0f;
  int32_t shifted_bits, p_bits;
  std::memcpy(&shifted_bits, &shifted, sizeof shifted_bits);
  std::memcpy(&p_bits, &p, sizeof p_bits);
  p_bits += static_cast<int32_t>(static_cast<uint32_t>(shifted_bits) << 23);  // low bits hold n
  std::memcpy(&p, &p_bits, sizeof p);
  return p;
}

// 1 / (1 + e^−x), through the exponential of a non-positive number for either sign.
inline float Sigmoid(float x) noexcept {
  const float e = ExpNonPositive(x < 0 ? x : -x);
  return (x < 0 ? e : 1.0f) / (1.0f + e);
}

// x · 0 is 0 for finite x and NaN for NaN and infinities: summed over the classes of a pixel it
// tells whether all were finite, without a branch.
inline float FinitenessProbe(float x) noexcept { return x * 0.0f; }

}  // namespace deeplab::postprocess
