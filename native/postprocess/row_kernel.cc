#include "postprocess/row_kernel.h"

#include <cmath>

#include "core/multiversion.h"
#include "postprocess/softmax.h"

namespace deeplab::postprocess {
namespace {

struct Best {
  Floats value;
  Floats probe;
  Ints channel;
};

// The vertical taps of every class at sixteen pixels from x on, and arg max on the way.
DEEPLAB_INLINE Best BlendAndCompare(const TapRows& in, int x, float* values) {
  Best best{Floats{} - INFINITY, Floats{}, Ints{}};
  for (int k = 0; k < in.channels; ++k) {
    const size_t offset = static_cast<size_t>(k) * in.stride + static_cast<size_t>(x);
    Floats v = Floats{} + in.outer;
    for (int t = 0; t < in.taps; ++t) v += Load(in.rows[t] + offset) * in.weights[t];
    Store(values + k * kLanes, v);
    best.probe += FinitenessProbe(v);
    best.channel = v > best.value ? Ints{} + k : best.channel;
    best.value = v > best.value ? v : best.value;
  }
  return best;
}

// max softmax = 1 / Σ e^(v − max).
DEEPLAB_INLINE Floats MaxSoftmax(const float* values, int channels, Floats best) {
  Floats sum{};
  for (int k = 0; k < channels; ++k) sum += ExpNonPositive(Load(values + k * kLanes) - best);
  return 1.0f / sum;
}

}  // namespace

DEEPLAB_MULTIVERSION
void ClassifyRow(const TapRows& in, const RowResult& out, float* scratch) {
  for (int x = 0; x < in.width; x += kLanes) {
    const Best best = BlendAndCompare(in, x, scratch);
    Store(out.channel + x, best.channel);
    Store(out.probe + x, best.probe);
    Store(out.confidence + x,
          in.channels == 1 ? Sigmoid(best.value) : MaxSoftmax(scratch, in.channels, best.value));
  }
}

DEEPLAB_MULTIVERSION
void ResampleTwoTaps(const float* source, const int32_t* start, const float* first,
                     const float* second, int width, float* target) {
  for (int x = 0; x < width; ++x) {
    const float* from = source + start[x];
    target[x] = from[0] * first[x] + from[1] * second[x];
  }
}

}  // namespace deeplab::postprocess
