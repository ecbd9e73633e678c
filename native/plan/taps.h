// Tap tables: for each output index of one axis, where to read and with which weights. Every resize
// of the pipeline is linear and separable, so kernels know tables and nothing else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace deeplab::plan {

// OpenCV's 8-bit bilinear INTER_LINEAR: two taps with 11-bit integer weights (sum 2048).
struct FixedTaps {
  std::vector<int32_t> first;   // index of the left or upper tap
  std::vector<int32_t> second;  // of the other one; both clamped into the image
  std::vector<int32_t> first_weight;
  std::vector<int32_t> second_weight;

  int size() const noexcept { return static_cast<int>(first.size()); }
};

FixedTaps ComputeFixedTaps(int source_size, int target_size);

// Float taps of the logits. Output o is  Σ_t weight(t, o) · in[start[o] + t]  +  c · outer[o],
// where c is the constant that surrounds the logits (center-crop of a larger image). Every start
// keeps all `taps` reads inside the axis; taps that are not needed have weight 0.
struct LinearTaps {
  int taps = 0;
  std::vector<int32_t> start;
  std::vector<float> weights;  // tap-major: weights[t * size() + o], so that outputs are contiguous
  std::vector<float> outer;    // sum of the weights that fall outside the axis
  bool any_outer = false;      // some are not 0
  bool identity = false;       // output o is in[start[0] + o], weight 1

  int size() const noexcept { return static_cast<int>(start.size()); }
  float weight(int tap, int index) const noexcept {
    return weights[static_cast<size_t>(tap) * start.size() + static_cast<size_t>(index)];
  }
};

// One output's taps, before a table is made of them.
struct Taps {
  int start = 0;
  std::vector<float> weights;
  float outer = 0;
};

// The table of these outputs over an axis of in_size: zeros at the ends of each output's weights
// are dropped, then all get as many taps as the longest.
LinearTaps MakeLinearTaps(const std::vector<Taps>& outputs, int in_size);

// torchvision's bilinear resize (half-pixel centres, antialias: a triangle that widens when
// shrinking) of in[window_start, window_end) to target_size outputs. The window may reach over the
// axis [0, in_size) on both sides.
LinearTaps ComputeLinearTaps(int in_size, int window_start, int window_end, int target_size);

}  // namespace deeplab::plan
