#include "postprocess/logit_rows.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/simd.h"

namespace deeplab::postprocess {
namespace {

constexpr int kLineFloats = 16;  // of a cache line
constexpr int kRingTaps = 4;     // more taps: the picture is smaller than the logits

int RoundUp(int value) noexcept { return (value + kLineFloats - 1) / kLineFloats * kLineFloats; }

// Room for whole vectors behind the last column. An odd number of cache lines: the planes of a row
// are read side by side and must not fall on the same few sets of the cache.
size_t Stride(int width) noexcept {
  const int lines = RoundUp(width + kLineFloats) / kLineFloats;
  return static_cast<size_t>(lines | 1) * kLineFloats;
}

HostBuffer Floats(size_t count) { return BufferPool::Instance().acquire(count * sizeof(float)); }

}  // namespace

LogitRows::LogitRows(const ConstPlanes& logits, const plan::PostprocessPlan& plan,
                     const RowKernels& kernels, bool bounds)
    : logits_(logits),
      plan_(plan),
      kernels_(kernels),
      channels_(static_cast<int>(logits.shape.channels)),
      bounds_(bounds),
      in_place_(logits.type == DataType::kFloat32 && plan.rows.taps > kRingTaps && !bounds),
      first_(plan.bands.first / kLineFloats * kLineFloats),
      end_(in_place_ ? std::min(RoundUp(plan.bands.end), static_cast<int>(logits.shape.width))
                     : RoundUp(plan.bands.end)),
      stride_(Stride(static_cast<int>(logits.shape.width))) {
  const size_t row = planes() + stride_;
  const size_t taps = static_cast<size_t>(plan.rows.taps);
  if (!in_place_) ring_ = Floats(row * taps);
  target_ = Floats(row);
  std::memset(target_.data(), 0, row * sizeof(float));  // kernels read whole vectors
  taps_ =
      BufferPool::Instance().acquire(taps * (2 * sizeof(float*) + sizeof(Slot) + sizeof(float)));
  tap_rows_ = taps_.as<const float*>();
  tap_bounds_ = tap_rows_ + taps;
  slots_ = reinterpret_cast<Slot*>(tap_bounds_ + taps);
  tap_weights_ = reinterpret_cast<float*>(slots_ + taps);
  std::fill(slots_, slots_ + taps, Slot{-1, 0});
}

LogitRows::Row LogitRows::blend(int output_row) {
  const Taps taps = collect(output_row);
  float* target = target_.as<float>();
  const float outer = plan_.rows.outer[output_row];
  BlendRow in{tap_rows_,
              tap_weights_,
              taps.count,
              channels_,
              end_ - first_,
              in_place_ ? static_cast<size_t>(logits_.shape.height * logits_.shape.width) : stride_,
              plan_.constant * outer,
              target + first_,
              stride_};
  Row row{target, stride_, nullptr, 0, kernels_.blend(in)};
  if (!bounds_) return row;
  const float constant = ConstantBound(plan_.constant, channels_);
  in.rows = tap_bounds_;
  in.planes = 1;
  in.outer = constant * outer;
  in.target = target + planes() + first_;
  kernels_.blend(in);
  row.bound = target + planes();
  row.largest = std::fabs(constant) + taps.largest;
  return row;
}

// Taps of weight 0 are left out, so that what they would read cannot disturb (0 · ∞ is NaN).
LogitRows::Taps LogitRows::collect(int output_row) {
  Taps taps;
  for (int t = 0; t < plan_.rows.taps; ++t) {
    const float weight = plan_.rows.weight(t, output_row);
    if (weight == 0) continue;
    const int row = plan_.rows.start[output_row] + t;
    const float* from = in_place_
                            ? static_cast<const float*>(logits_.data) + row * logits_.shape.width
                            : in_ring(row, &taps.largest);
    tap_rows_[taps.count] = from + first_;
    if (bounds_) tap_bounds_[taps.count] = from + planes() + first_;
    tap_weights_[taps.count] = weight;
    ++taps.count;
  }
  return taps;
}

// Rows are asked for in windows of `taps` neighbours, so row % taps never evicts a row of the
// window.
const float* LogitRows::in_ring(int source_row, float* largest) {
  const int index = source_row % plan_.rows.taps;
  float* target = ring_.as<float>() + static_cast<size_t>(index) * (planes() + stride_);
  Slot& slot = slots_[index];
  if (slot.row != source_row) {
    load(source_row, target);
    slot.row = source_row;
    if (bounds_) {
      slot.largest = kernels_.bound(
          {target + first_, stride_, channels_, end_ - first_, target + planes() + first_});
    }
  }
  *largest = std::max(*largest, slot.largest);
  return target;
}

void LogitRows::load(int source_row, float* target) const noexcept {
  const size_t height = static_cast<size_t>(logits_.shape.height);
  const int width = static_cast<int>(logits_.shape.width);
  const int count = std::min(end_, width) - first_;
  for (int k = 0; k < channels_; ++k, target += stride_) {
    const size_t from =
        (static_cast<size_t>(k) * height + static_cast<size_t>(source_row)) * width + first_;
    if (logits_.type == DataType::kFloat32) {
      std::memcpy(target + first_, static_cast<const float*>(logits_.data) + from,
                  static_cast<size_t>(count) * sizeof(float));
    } else {
      kernels_.widen(static_cast<const uint16_t*>(logits_.data) + from, target + first_, count);
    }
    std::fill(target + first_ + count, target + end_, 0.0f);
  }
}

float ConstantBound(float constant, int channels) noexcept {
  return constant + std::log(static_cast<float>(channels));
}

}  // namespace deeplab::postprocess
