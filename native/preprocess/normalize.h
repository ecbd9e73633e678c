// The last step of pre-processing as a table: 8-bit value → network value, per network channel.
#pragma once

#include <array>
#include <cstdint>

#include "core/half.h"
#include "plan/config.h"

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

// T is the element type of the network's input: float, or uint16_t for half.
template <typename T>
struct NormalizeTable {
  std::array<std::array<T, 256>, 3> values;  // by network channel
  std::array<T, 3> padding;                  // of the canvas

  NormalizeTable(const plan::ModelConfig& config, int padding_value) noexcept {
    for (int c = 0; c < 3; ++c) {
      for (int v = 0; v < 256; ++v) {
        values[c][v] = FromFloat<T>(Normalize(static_cast<float>(v), config, c));
      }
      padding[c] = FromFloat<T>(Normalize(static_cast<float>(padding_value), config, c));
    }
  }
};

}  // namespace deeplab::preprocess
