// The last step of pre-processing: 8-bit value → network value, per network channel.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>

#include "core/half.h"
#include "plan/config.h"
#include "preprocess/pixel_kernels.h"

namespace deeplab::preprocess {

template <typename T>
T FromFloat(float value) noexcept;
template <>
inline float FromFloat<float>(float value) noexcept {
  return value;
}
template <>
inline uint16_t FromFloat<uint16_t>(float value) noexcept {
  return FloatToHalf(value);
}

// Two float32 divisions and a subtraction, in the reference's order.
inline float Normalize(float value, const plan::ModelConfig& config, int channel) noexcept {
  return (value / config.scaling_factor - config.mean[channel]) / config.std[channel];
}

// T is the element type of the network's input: float, or uint16_t for half. The table of all 256
// values is what the network gets; computing them instead is faster, and done where it gives the
// same bits for each of the 256.
template <typename T>
class Normalizer {
 public:
  Normalizer(const plan::ModelConfig& config, int padding_value, const PixelKernels& kernels)
      : kernel_(KernelOf(kernels)) {
    std::array<uint8_t, 256> bytes;
    for (int v = 0; v < 256; ++v) bytes[v] = static_cast<uint8_t>(v);
    std::array<T, 256> computed;
    for (int c = 0; c < 3; ++c) {
      for (int v = 0; v < 256; ++v) {
        table_[c][v] = FromFloat<T>(Normalize(static_cast<float>(v), config, c));
      }
      padding_[c] = FromFloat<T>(Normalize(static_cast<float>(padding_value), config, c));
      by_[c] = {config.scaling_factor, 1 / config.scaling_factor, config.mean[c], config.std[c],
                1 / config.std[c]};
      kernel_(bytes.data(), 256, by_[c], computed.data());
      exact_[c] = std::memcmp(computed.data(), table_[c].data(), sizeof computed) == 0;
    }
  }

  // What the canvas around the image becomes.
  T padding(int channel) const noexcept { return padding_[channel]; }

  void row(int channel, const uint8_t* values, int count, T* to) const noexcept {
    if (exact_[channel]) return kernel_(values, count, by_[channel], to);
    const std::array<T, 256>& table = table_[channel];
    for (int x = 0; x < count; ++x) to[x] = table[values[x]];
  }

 private:
  using Kernel = void (*)(const uint8_t*, int, const Normalization&, T*);
  static Kernel KernelOf(const PixelKernels& kernels) noexcept {
    if constexpr (sizeof(T) == sizeof(float))
      return kernels.normalize_float;
    else
      return kernels.normalize_half;
  }

  const Kernel kernel_;
  std::array<std::array<T, 256>, 3> table_;  // by network channel
  std::array<T, 3> padding_;
  std::array<Normalization, 3> by_;
  std::array<bool, 3> exact_;
};

}  // namespace deeplab::preprocess
