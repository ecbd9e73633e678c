// Compiled once for each instruction set: everything here has internal linkage or lies in the
// level's own namespace (see deeplab_kernels in CMakeLists.txt).
#include "visualize/png_kernels.h"

namespace deeplab::visualize::DEEPLAB_KERNEL_LEVEL {
namespace {

void Widen(const uint8_t* __restrict ids, int count, uint8_t* __restrict bytes) {
  for (int x = 0; x < count; ++x) {
    bytes[2 * x] = 0;
    bytes[2 * x + 1] = ids[x];
  }
}

void BigEndian(const uint16_t* __restrict ids, int count, uint8_t* __restrict bytes) {
  for (int x = 0; x < count; ++x) {
    bytes[2 * x] = static_cast<uint8_t>(ids[x] >> 8);
    bytes[2 * x + 1] = static_cast<uint8_t>(ids[x]);
  }
}

// Exact in double precision, so that it is the same whether a level fuses or not.
int Scaled(float value, double most) {
  const float low = value > 0.0f ? value : 0.0f;  // a NaN too
  const float unit = low < 1.0f ? low : 1.0f;
  return static_cast<int>(static_cast<double>(unit) * most + 0.5);
}

void UnitBytes(const float* __restrict values, int count, uint8_t* __restrict bytes) {
  for (int x = 0; x < count; ++x) bytes[x] = static_cast<uint8_t>(Scaled(values[x], 255.0));
}

void UnitShorts(const float* __restrict values, int count, uint8_t* __restrict bytes) {
  for (int x = 0; x < count; ++x) {
    const int scaled = Scaled(values[x], 65535.0);
    bytes[2 * x] = static_cast<uint8_t>(scaled >> 8);
    bytes[2 * x + 1] = static_cast<uint8_t>(scaled);
  }
}

void Opaque(const uint8_t* __restrict rgba, int count, uint8_t* __restrict rgb) {
  for (int x = 0; x < count; ++x) {
    for (int c = 0; c < 3; ++c) rgb[3 * x + c] = rgba[4 * x + c];
  }
}

void Up(const uint8_t* __restrict row, const uint8_t* __restrict above, int count,
        uint8_t* __restrict filtered) {
  for (int x = 0; x < count; ++x) filtered[x] = static_cast<uint8_t>(row[x] - above[x]);
}

// In 16 bits, without a branch: of left, above and above left, the one nearest to left + above −
// above left.
template <int kStep>
void PaethOf(const uint8_t* __restrict row, const uint8_t* __restrict above, int count,
             uint8_t* __restrict filtered) {
  for (int x = 0; x < count; ++x) {
    const int16_t left = row[x - kStep], up = above[x], corner = above[x - kStep];
    const int16_t by_left = static_cast<int16_t>(up - corner);
    const int16_t by_up = static_cast<int16_t>(left - corner);
    const int16_t by_corner = static_cast<int16_t>(by_left + by_up);
    const int16_t to_left = static_cast<int16_t>(by_left < 0 ? -by_left : by_left);
    const int16_t to_up = static_cast<int16_t>(by_up < 0 ? -by_up : by_up);
    const int16_t to_corner = static_cast<int16_t>(by_corner < 0 ? -by_corner : by_corner);
    const int16_t other = to_up <= to_corner ? up : corner;
    const int16_t least = to_up <= to_corner ? to_up : to_corner;
    const int16_t guess = to_left <= least ? left : other;
    filtered[x] = static_cast<uint8_t>(row[x] - guess);
  }
}

void Paeth(const uint8_t* row, const uint8_t* above, int step, int count, uint8_t* filtered) {
  switch (step) {
    case 1:
      return PaethOf<1>(row, above, count, filtered);
    case 2:
      return PaethOf<2>(row, above, count, filtered);
    case 3:
      return PaethOf<3>(row, above, count, filtered);
    default:
      return PaethOf<4>(row, above, count, filtered);
  }
}

}  // namespace

extern const PngKernels kPngKernels;
const PngKernels kPngKernels{&Widen, &BigEndian, &UnitBytes, &UnitShorts, &Opaque, &Up, &Paeth};

}  // namespace deeplab::visualize::DEEPLAB_KERNEL_LEVEL
