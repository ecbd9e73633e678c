// Rows of logits at their own width: half precision to float, the vertical taps, bounds of columns.

#include "postprocess/kernel_parts.h"

namespace deeplab::postprocess::DEEPLAB_KERNEL_LEVEL {
namespace {

// By integer arithmetic where the value is normal (exponent + 112), and as mantissa · 2^-24, which
// is exact, where it is not: never through a subnormal float, which some threads flush to 0.
DEEPLAB_INLINE Floats WidenLanes(Shorts half) {
  const Bits bits = __builtin_convertvector(half, Bits);
  const Bits magnitude = bits & 0x7fffu;
  const Floats small = __builtin_convertvector(As<Ints>(magnitude), Floats) * 0x1p-24f;
  const Bits special = magnitude >= 0x7c00u ? Bits{} + 0x7f800000u : Bits{};
  const Bits normal = ((magnitude << 13) + (112u << 23)) | special;
  Bits result = magnitude < 0x400u ? As<Bits>(small) : normal;
  result |= (bits & 0x8000u) << 16;
  return As<Floats>(result);
}

void Widen(const uint16_t* from, float* to, int count) {
  int x = 0;
  for (; x + kLanes <= count; x += kLanes) Store(to + x, WidenLanes(LoadAs<Shorts>(from + x)));
  if (x == count) return;
  uint16_t last[kLanes] = {};
  float wide[kLanes];
  std::memcpy(last, from + x, static_cast<size_t>(count - x) * sizeof *last);
  Store(wide, WidenLanes(LoadAs<Shorts>(last)));
  std::memcpy(to + x, wide, static_cast<size_t>(count - x) * sizeof *wide);
}

DEEPLAB_INLINE Floats Magnitude(Floats v) { return v < 0.0f ? -v : v; }

// What a row's values are watched for.
struct Watch {
  Floats probe{};    // 0, or NaN once a value was not finite
  Floats largest{};  // magnitude
  DEEPLAB_INLINE void see(Floats v) {
    probe += v * 0.0f;
    largest = Max(Magnitude(v), largest);
  }
};

template <int kTaps>
DEEPLAB_INLINE Floats BlendLanes(const BlendRow& in, size_t offset) {
  Floats v = Splat<Floats>(in.outer);
  const int taps = kTaps > 0 ? kTaps : in.taps;
  for (int t = 0; t < taps; ++t) v += Load(in.rows[t] + offset) * in.weights[t];
  return v;
}

// The last columns of rows that end with their plane: one at a time.
template <int kTaps>
DEEPLAB_INLINE Floats BlendTail(const BlendRow& in, size_t offset, int count) {
  const int taps = kTaps > 0 ? kTaps : in.taps;
  Floats v = Splat<Floats>(in.outer);
  for (int t = 0; t < taps; ++t) {
    float part[kLanes] = {};
    for (int i = 0; i < count; ++i) part[i] = in.rows[t][offset + static_cast<size_t>(i)];
    v += Load(part) * in.weights[t];
  }
  return v;
}

template <int kTaps>
bool BlendTaps(const BlendRow& in) {
  Watch watch;
  const int whole = in.width / kLanes * kLanes;
  for (int k = 0; k < in.planes; ++k) {
    const size_t plane = static_cast<size_t>(k) * in.plane_stride;
    float* target = in.target + static_cast<size_t>(k) * in.target_stride;
    for (int x = 0; x < whole; x += kLanes) {
      const Floats v = BlendLanes<kTaps>(in, plane + static_cast<size_t>(x));
      watch.see(v);
      Store(target + x, v);
    }
    if (whole < in.width) {
      const Floats v = BlendTail<kTaps>(in, plane + static_cast<size_t>(whole), in.width - whole);
      watch.see(v);
      Store(target + whole, v);
    }
  }
  return All(watch.probe == 0.0f) && All(watch.largest < kHuge);
}

bool Blend(const BlendRow& in) {
  switch (in.taps) {
    case 1:
      return BlendTaps<1>(in);
    case 2:
      return BlendTaps<2>(in);
    case 3:
      return BlendTaps<3>(in);
    case 4:
      return BlendTaps<4>(in);
    default:
      return BlendTaps<0>(in);
  }
}

// log2 x for x >= 1, from above, by at most 2.1e-4: the exponent and a polynomial of the mantissa
// that is off by at most 1.03e-4.
DEEPLAB_INLINE Floats Log2Above(Floats x) {
  const Bits bits = As<Bits>(x);
  const Bits exponent = (bits >> 23) - 127u;
  const Bits one = (bits & 0x7fffffu) | 0x3f800000u;
  const Floats f = As<Floats>(one) - 1.0f;
  Floats p = f * -8.4767139e-02f + 3.2559335e-01f;
  p = p * f - 6.7994311e-01f;
  p = p * f + 1.4390146e+00f;
  return __builtin_convertvector(As<Ints>(exponent), Floats) + (p * f + 1.05e-4f);
}

float Bound(const BoundRow& in) {
  constexpr float kLn2 = 0.693147181f;
  Watch watch;
  for (int x = 0; x < in.width; x += kLanes) {
    const float* column = in.planes + x;
    Floats largest = Load(column), sum{};
    for (int k = 0; k < in.channels; ++k) {
      const Floats v = Load(column + static_cast<size_t>(k) * in.stride);
      watch.see(v);
      largest = Max(v, largest);
    }
    for (int k = 0; k < in.channels; ++k) {
      sum += ExpChord(Load(column + static_cast<size_t>(k) * in.stride) - largest);
    }
    Store(in.target + x, largest + Log2Above(sum) * kLn2);
  }
  float all = 0;
  for (int i = 0; i < kLanes; ++i) {
    all = watch.largest[i] > all ? watch.largest[i] : all;
    all += watch.probe[i];
  }
  return all < kHuge ? all : __builtin_inff();
}

}  // namespace

extern const RowKernels kRowKernels;
const RowKernels kRowKernels{kLanes, &Widen, &Blend, &Bound, &Classify};

}  // namespace deeplab::postprocess::DEEPLAB_KERNEL_LEVEL
