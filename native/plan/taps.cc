#include "plan/taps.h"

#include <algorithm>
#include <cmath>

namespace deeplab::plan {
namespace {

constexpr int kWeightOne = 2048;  // OpenCV's INTER_RESIZE_COEF_SCALE

// One output's weights over the window, before they are cut to the axis.
struct Support {
  int first = 0;  // window coordinates
  std::vector<float> weights;
};

// The triangle filter in float32, in the order of operations of ATen's antialiased bilinear
// up-sampling: its rounding decides which neighbours count and with what weight.
Support TriangleSupport(int index, int window_size, float scale) {
  const float radius = scale >= 1.0f ? scale : 1.0f;
  const float inverse = scale >= 1.0f ? 1.0f / scale : 1.0f;
  const float center = static_cast<float>(scale * (index + 0.5));
  Support support;
  support.first = std::max(static_cast<int>(center - radius + 0.5), 0);
  const int end = std::min(static_cast<int>(center + radius + 0.5), window_size);
  float total = 0;
  for (int i = support.first; i < end; ++i) {
    const float distance =
        std::fabs(static_cast<float>((static_cast<float>(i) - center + 0.5) * inverse));
    const float weight = distance < 1.0f ? 1.0f - distance : 0.0f;
    support.weights.push_back(weight);
    total += weight;
  }
  for (float& weight : support.weights) weight /= total;
  return support;
}

// Cuts a support to the axis: inner taps stay, the rest is summed into `outer`.
Taps Cut(const Support& support, int window_start, int in_size) {
  Taps inner;
  for (size_t i = 0; i < support.weights.size(); ++i) {
    const int position = window_start + support.first + static_cast<int>(i);
    if (position < 0 || position >= in_size) {
      inner.outer += support.weights[i];
      continue;
    }
    if (inner.weights.empty()) inner.start = position;
    inner.weights.push_back(support.weights[i]);
  }
  return inner;
}

// The weights without the zeros at both ends: [first, end).
struct Range {
  size_t first = 0, end = 0;
};

Range WithoutZeros(const std::vector<float>& weights) {
  Range range{0, weights.size()};
  while (range.end > 0 && weights[range.end - 1] == 0) --range.end;
  while (range.first < range.end && weights[range.first] == 0) ++range.first;
  return range;
}

bool IsIdentity(const LinearTaps& table) {
  if (table.taps != 1) return false;
  for (int o = 0; o < table.size(); ++o) {
    if (table.weights[o] != 1.0f || table.outer[o] != 0 || table.start[o] != table.start[0] + o) {
      return false;
    }
  }
  return true;
}

}  // namespace

FixedTaps ComputeFixedTaps(int source_size, int target_size) {
  FixedTaps table;
  // The scale is 1 / (target / source), not source / target: their doubles differ.
  const double scale = 1.0 / (static_cast<double>(target_size) / source_size);
  for (int o = 0; o < target_size; ++o) {
    const float position = static_cast<float>((o + 0.5) * scale - 0.5);
    const int floor = static_cast<int>(std::floor(position));
    const float fraction = position - static_cast<float>(floor);
    table.first.push_back(std::clamp(floor, 0, source_size - 1));
    table.second.push_back(std::clamp(floor + 1, 0, source_size - 1));
    table.first_weight.push_back(static_cast<int32_t>(std::lrintf((1.0f - fraction) * kWeightOne)));
    table.second_weight.push_back(static_cast<int32_t>(std::lrintf(fraction * kWeightOne)));
  }
  return table;
}

LinearTaps MakeLinearTaps(const std::vector<Taps>& outputs, int in_size) {
  const size_t size = outputs.size();
  LinearTaps table;
  table.taps = 1;
  std::vector<Range> ranges;
  ranges.reserve(size);
  for (const Taps& taps : outputs) {
    ranges.push_back(WithoutZeros(taps.weights));
    table.taps = std::max(table.taps, static_cast<int>(ranges.back().end - ranges.back().first));
  }
  table.weights.assign(static_cast<size_t>(table.taps) * size, 0.0f);
  for (size_t o = 0; o < size; ++o) {
    const Taps& taps = outputs[o];
    const int first = taps.start + static_cast<int>(ranges[o].first);
    const int start = std::min(first, in_size - table.taps);
    table.start.push_back(start);
    table.outer.push_back(taps.outer);
    table.any_outer = table.any_outer || taps.outer != 0;
    for (size_t t = ranges[o].first; t < ranges[o].end; ++t) {
      const size_t tap = static_cast<size_t>(taps.start - start) + t;
      table.weights[tap * size + o] = taps.weights[t];
    }
  }
  table.identity = IsIdentity(table);
  return table;
}

LinearTaps ComputeLinearTaps(int in_size, int window_start, int window_end, int target_size) {
  const int window_size = window_end - window_start;
  const float scale = static_cast<float>(window_size) / static_cast<float>(target_size);
  std::vector<Taps> outputs;
  outputs.reserve(target_size);
  for (int o = 0; o < target_size; ++o) {
    outputs.push_back(Cut(TriangleSupport(o, window_size, scale), window_start, in_size));
  }
  return MakeLinearTaps(outputs, in_size);
}

}  // namespace deeplab::plan
