// Compiled once for each instruction set: everything here has internal linkage or lies in the
// level's own namespace (see deeplab_kernels in CMakeLists.txt).
#include "preprocess/pixel_kernels.h"

#include <cstring>

#include "preprocess/pixel.h"

namespace deeplab::preprocess::DEEPLAB_KERNEL_LEVEL {
namespace {

// The right pixel of a pair; more bits than its own may be set above it.
template <int kStep>
uint32_t Right(const uint32_t* pair) {
  if constexpr (kStep == 1) return pair[0] >> 8;
  if constexpr (kStep == 3) return pair[0] >> 24 | pair[1] << 8;
  return pair[1];
}

int Byte(uint32_t word, int index) { return static_cast<int>(word >> (8 * index) & 255u); }

void YuvPairs(const uint32_t* __restrict luma, const uint32_t* __restrict chroma,
              const uint32_t* __restrict chroma_shift, int count, const YuvWeights& weights,
              uint32_t* __restrict pairs) {
  const YuvWeights w = weights;
  for (int x = 0; x < count; ++x) {
    const uint32_t left = chroma[2 * x];
    const uint32_t right = left >> chroma_shift[x];
    pairs[2 * x] = YuvToRgb(Byte(luma[2 * x], 0), Byte(left, 0), Byte(left, 1), w);
    pairs[2 * x + 1] = YuvToRgb(Byte(luma[2 * x], 1), Byte(right, 0), Byte(right, 1), w);
  }
}

template <int kStep, int kRed>
void GrayPairsOf(const uint32_t* __restrict colors, int count, uint32_t* __restrict pairs) {
  const auto gray = [](uint32_t word) {
    return static_cast<uint32_t>(Gray(Byte(word, kRed), Byte(word, 1), Byte(word, 2 - kRed)));
  };
  for (int x = 0; x < count; ++x) {
    pairs[2 * x] = gray(colors[2 * x]);
    pairs[2 * x + 1] = gray(Right<kStep>(colors + 2 * x));
  }
}

void GrayPairs(const uint32_t* colors, int step, bool blue_first, int count, uint32_t* pairs) {
  if (step == 3) {
    blue_first ? GrayPairsOf<3, 2>(colors, count, pairs) : GrayPairsOf<3, 0>(colors, count, pairs);
  } else {
    blue_first ? GrayPairsOf<4, 2>(colors, count, pairs) : GrayPairsOf<4, 0>(colors, count, pairs);
  }
}

template <int kStep, int kPlanes>
void BlendColumnsOf(const uint32_t* __restrict pairs, const int32_t* __restrict left_weight,
                    const int32_t* __restrict right_weight, int count,
                    int16_t* __restrict blended) {
  int16_t* __restrict second = blended + count;
  int16_t* __restrict third = blended + 2 * count;
  for (int x = 0; x < count; ++x) {
    const uint32_t left = pairs[2 * x], right = Right<kStep>(pairs + 2 * x);
    const auto blend = [&](int channel) {
      return static_cast<int16_t>(
          BlendColumns(Byte(left, channel), left_weight[x], Byte(right, channel), right_weight[x]));
    };
    blended[x] = blend(0);
    if constexpr (kPlanes == 3) {
      second[x] = blend(1);
      third[x] = blend(2);
    }
  }
}

void BlendAllColumns(const uint32_t* pairs, int step, int planes, const int32_t* left_weight,
                     const int32_t* right_weight, int count, int16_t* blended) {
  const auto run = step == 1     ? &BlendColumnsOf<1, 1>
                   : planes == 1 ? &BlendColumnsOf<4, 1>
                   : step == 3   ? &BlendColumnsOf<3, 3>
                                 : &BlendColumnsOf<4, 3>;
  run(pairs, left_weight, right_weight, count, blended);
}

void BlendTwoRows(const int16_t* __restrict upper, int upper_weight,
                  const int16_t* __restrict lower, int lower_weight, int count,
                  uint8_t* __restrict values) {
  const int16_t u = static_cast<int16_t>(upper_weight), l = static_cast<int16_t>(lower_weight);
  for (int x = 0; x < count; ++x) {
    values[x] = static_cast<uint8_t>(BlendRows(upper[x], u, lower[x], l));
  }
}

template <int kStep>
void SplitOf(const uint8_t* __restrict pixels, int count, uint8_t* __restrict first,
             uint8_t* __restrict second, uint8_t* __restrict third) {
  for (int x = 0; x < count; ++x) {
    first[x] = pixels[kStep * x];
    second[x] = pixels[kStep * x + 1];
    third[x] = pixels[kStep * x + 2];
  }
}

void Split(const uint8_t* pixels, int step, int count, int distance, uint8_t* values) {
  const auto run = step == 3 ? &SplitOf<3> : &SplitOf<4>;
  run(pixels, count, values, values + distance, values + 2 * distance);
}

// a * b + c, rounded once where the instruction set can: said outright, because whether a compiler
// fuses an expression of its own accord depends on its optimisation level.
float MultiplyAdd(float a, float b, float c) {
#if defined(__FMA__) || defined(__ARM_FEATURE_FMA)
  return __builtin_fmaf(a, b, c);
#else
  return a * b + c;
#endif
}

// a / b, rounded as a division is where the multiply-adds are fused: a product with the reciprocal,
// then its error, which a fused one gives exactly.
float Divide(float a, float b, float reciprocal) {
  const float near = a * reciprocal;
  const float error = MultiplyAdd(-near, b, a);
  return MultiplyAdd(error, reciprocal, near);
}

float Normalize(uint8_t value, const Normalization& by) {
  const float scaled = Divide(static_cast<float>(value), by.scale, by.scale_reciprocal);
  return Divide(scaled - by.mean, by.std, by.std_reciprocal);
}

void NormalizeFloat(const uint8_t* __restrict values, int count, const Normalization& by,
                    float* __restrict to) {
  const Normalization n = by;
  for (int x = 0; x < count; ++x) to[x] = Normalize(values[x], n);
}

// core/half.h's FloatToHalf for finite values, without branches.
uint16_t Half(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  const uint32_t sign = bits >> 16 & 0x8000u;
  bits &= 0x7fffffffu;
  float magnitude;
  std::memcpy(&magnitude, &bits, sizeof magnitude);
  magnitude += 0.5f;
  uint32_t tiny;
  std::memcpy(&tiny, &magnitude, sizeof tiny);
  const uint32_t normal = (bits + 0xfffu + (bits >> 13 & 1u) - 0x38000000u) >> 13;
  const uint32_t small = bits < 0x38800000u ? tiny - 0x3f000000u : normal;
  return static_cast<uint16_t>(sign | (bits >= 0x477ff000u ? 0x7c00u : small));
}

void NormalizeHalf(const uint8_t* __restrict values, int count, const Normalization& by,
                   uint16_t* __restrict to) {
  const Normalization n = by;
  for (int x = 0; x < count; ++x) to[x] = Half(Normalize(values[x], n));
}

}  // namespace

extern const PixelKernels kPixelKernels;
const PixelKernels kPixelKernels{&YuvPairs, &GrayPairs,      &BlendAllColumns, &BlendTwoRows,
                                 &Split,    &NormalizeFloat, &NormalizeHalf};

}  // namespace deeplab::preprocess::DEEPLAB_KERNEL_LEVEL
