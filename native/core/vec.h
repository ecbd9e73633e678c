// Sixteen pixels at once, as GCC and Clang's vector types: compiled to whatever registers the
// target has. Element-wise operators, and comparison ? a : b, work as on numbers.
#pragma once

#include <cstdint>
#include <cstring>

namespace deeplab {

constexpr int kLanes = 16;

typedef float Floats __attribute__((vector_size(4 * kLanes)));
typedef int32_t Ints __attribute__((vector_size(4 * kLanes)));
typedef uint32_t Bits __attribute__((vector_size(4 * kLanes)));

// Always inlined: a helper of a multi-version function must be built for that version.
#define DEEPLAB_INLINE inline __attribute__((always_inline))

// Unaligned loads and stores.
DEEPLAB_INLINE Floats Load(const float* from) noexcept {
  Floats value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

template <typename Lanes>
DEEPLAB_INLINE void Store(void* to, const Lanes& value) noexcept {
  std::memcpy(to, &value, sizeof value);
}

// The unsigned integers as wide as a float type.
template <typename F>
struct BitsOf;
template <>
struct BitsOf<float> {
  using Type = uint32_t;
};
template <>
struct BitsOf<Floats> {
  using Type = Bits;
};

}  // namespace deeplab
