// What follows from a class table, for the kernels of every device.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "postprocess/postprocess.h"

namespace deeplab::postprocess {

// The first channel whose id is not its own number: it and all after it are one higher.
inline int32_t Hole(const std::vector<uint16_t>& ids) noexcept {
  size_t k = 0;
  while (k < ids.size() && ids[k] == k) ++k;
  return static_cast<int32_t>(k);
}

// The thresholds of the channels' classes.
struct ThresholdRange {
  float low = INFINITY, high = -INFINITY;
};

inline ThresholdRange Thresholds(const ClassTable& classes) noexcept {
  ThresholdRange range;
  for (const uint16_t id : classes.id_of_channel) {
    range.low = std::fmin(range.low, classes.thresholds[id]);
    range.high = std::fmax(range.high, classes.thresholds[id]);
  }
  return range;
}

// Whether a probability can be below its threshold. The largest of K softmax values is at least
// 1 / K, in floats too: no e^x is above 1, so no partial sum is above its number of terms, and
// rounding keeps order.
inline bool Bites(const ClassTable& classes) noexcept {
  const size_t channels = classes.id_of_channel.size();
  const float never_below = channels == 1 ? 0.0f : 1.0f / static_cast<float>(channels);
  return !(Thresholds(classes).high <= never_below);
}

}  // namespace deeplab::postprocess
