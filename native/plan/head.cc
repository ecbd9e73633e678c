#include "plan/head.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "core/error.h"

namespace deeplab::plan {
namespace {

// Where output `index` lies on the input's axis. float32 and this order of operations are ONNX
// Runtime's: positions decide weights to the last bit.
float Position(CoordinateMode mode, int index, float scale, int input_size, int output_size) {
  const float x = static_cast<float>(index);
  if (scale == 1.0f) return x;
  switch (mode) {
    case CoordinateMode::kAsymmetric:
      return x / scale;
    case CoordinateMode::kAlignCorners:
      if (output_size == 1) return 0.0f;
      return x * (static_cast<float>(input_size) - 1.0f) / (static_cast<float>(output_size) - 1.0f);
    case CoordinateMode::kPytorchHalfPixel:
      return output_size > 1 ? (x + 0.5f) / scale - 0.5f : 0.0f;
    case CoordinateMode::kHalfPixel:
      break;
  }
  return (x + 0.5f) / scale - 0.5f;
}

float Scale(const HeadAxis& axis, int input_size) {
  if (axis.scale != 0) return axis.scale;
  return static_cast<float>(axis.output_size) / static_cast<float>(input_size);
}

// One output's weights over the head's input: the range of it that `final`'s taps lead to.
Taps Expand(const LinearTaps& final, int index, const LinearTaps& head, int input_size) {
  int first = input_size;
  int last = -1;
  for (int t = 0; t < final.taps; ++t) {
    if (final.weight(t, index) == 0) continue;
    const int source = final.start[index] + t;
    first = std::min(first, head.start[source]);
    last = std::max(last, head.start[source] + head.taps - 1);
  }
  Taps taps;
  taps.outer = final.outer[index];
  if (last < first) return taps;
  std::vector<double> sums(static_cast<size_t>(last) - first + 1, 0.0);
  for (int t = 0; t < final.taps; ++t) {
    const double weight = final.weight(t, index);
    if (weight == 0) continue;
    const int source = final.start[index] + t;
    for (int s = 0; s < head.taps; ++s) {
      sums[head.start[source] - first + s] += weight * head.weight(s, source);
    }
  }
  taps.start = first;
  taps.weights.assign(sums.begin(), sums.end());
  return taps;
}

}  // namespace

HeadAxis HeadColumns(const Head& head) { return {head.mode, head.scale_x, head.output_width}; }
HeadAxis HeadRows(const Head& head) { return {head.mode, head.scale_y, head.output_height}; }

int HeadOutputSize(const HeadAxis& axis, int input_size) {
  if (axis.output_size > 0) return axis.output_size;
  // In float32, as ONNX Runtime multiplies.
  const float size = std::floor(axis.scale * static_cast<float>(input_size));
  constexpr float kLargest = 1 << 24;
  if (size >= 1.0f && size <= kLargest) return static_cast<int>(size);
  throw Error(ErrorCode::kPackageWeightsInvalid,
              "The network's last interpolation scales " + std::to_string(input_size) +
                  " logits by " + std::to_string(axis.scale) + ", which leaves no usable size.",
              {{"found", std::to_string(axis.scale)}});
}

LinearTaps ComputeHeadTaps(const HeadAxis& axis, int input_size) {
  const int output_size = HeadOutputSize(axis, input_size);
  const float scale = Scale(axis, input_size);
  const int end = input_size - 1;
  std::vector<Taps> entries(output_size);
  for (int o = 0; o < output_size; ++o) {
    const float position = std::clamp(Position(axis.mode, o, scale, input_size, output_size), 0.0f,
                                      static_cast<float>(end));
    const int first = std::min(static_cast<int>(position), end);
    const float fraction = position - static_cast<float>(first);
    entries[o].start = first;
    entries[o].weights = {1.0f - fraction};
    if (first < end) entries[o].weights.push_back(fraction);
  }
  return MakeLinearTaps(entries, input_size);
}

LinearTaps Compose(const LinearTaps& final, const LinearTaps& head, int input_size) {
  std::vector<Taps> entries;
  entries.reserve(final.size());
  for (int o = 0; o < final.size(); ++o) {
    entries.push_back(Expand(final, o, head, input_size));
  }
  return MakeLinearTaps(entries, input_size);
}

}  // namespace deeplab::plan
