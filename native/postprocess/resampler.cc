#include "postprocess/resampler.h"

#include <algorithm>
#include <cstring>

#include "core/half.h"
#include "postprocess/row_kernel.h"

namespace deeplab::postprocess {

float LoadLogit(const ConstPlanes& logits, size_t index) noexcept {
  return logits.type == DataType::kFloat32
             ? static_cast<const float*>(logits.data)[index]
             : HalfToFloat(static_cast<const uint16_t*>(logits.data)[index]);
}

namespace {

size_t PaddedWidth(const plan::LinearTaps& columns) noexcept {
  return (static_cast<size_t>(columns.size()) + kLanes - 1) / kLanes * kLanes;
}

bool CanReadInPlace(const ConstPlanes& logits, const plan::LinearTaps& columns) noexcept {
  return logits.type == DataType::kFloat32 && columns.identity && columns.size() % kLanes == 0;
}

}  // namespace

RowResampler::RowResampler(const ConstPlanes& logits, const plan::PostprocessPlan& plan)
    : logits_(logits),
      plan_(plan),
      in_place_(CanReadInPlace(logits, plan.columns)),
      stride_(in_place_ ? static_cast<size_t>(logits.shape.height * logits.shape.width)
                        : PaddedWidth(plan.columns)),
      ring_rows_(plan.rows.taps, -1),
      current_(plan.rows.taps, nullptr) {
  if (in_place_) return;
  const size_t floats = static_cast<size_t>(plan.rows.taps) * logits.shape.channels * stride_;
  ring_ = BufferPool::Instance().acquire(floats * sizeof(float));
  wide_ = BufferPool::Instance().acquire(static_cast<size_t>(logits.shape.width) * sizeof(float));
}

void RowResampler::prepare(int output_row) {
  for (int t = 0; t < plan_.rows.taps; ++t) current_[t] = get(plan_.rows.start[output_row] + t);
}

// Rows are asked for in windows of `taps` neighbours, so row % taps never evicts a row of the
// window.
const float* RowResampler::get(int logits_row) {
  if (in_place_) {
    return static_cast<const float*>(logits_.data) + logits_row * logits_.shape.width +
           plan_.columns.start[0];
  }
  const int slot = logits_row % plan_.rows.taps;
  float* target = ring_.as<float>() + static_cast<size_t>(slot) * logits_.shape.channels * stride_;
  if (ring_rows_[slot] != logits_row) {
    resample(logits_row, target);
    ring_rows_[slot] = logits_row;
  }
  return target;
}

void RowResampler::resample(int logits_row, float* target) const noexcept {
  const size_t width = static_cast<size_t>(logits_.shape.width);
  for (int64_t k = 0; k < logits_.shape.channels; ++k, target += stride_) {
    std::fill(target + plan_.columns.size(), target + stride_, 0.0f);  // lanes beyond the width
    const size_t offset = (static_cast<size_t>(k) * logits_.shape.height + logits_row) * width;
    if (logits_.type == DataType::kFloat32) {
      resample_plane(static_cast<const float*>(logits_.data) + offset, target);
      continue;
    }
    const uint16_t* half = static_cast<const uint16_t*>(logits_.data) + offset;
    float* wide = wide_.as<float>();
    for (size_t x = 0; x < width; ++x) wide[x] = HalfToFloat(half[x]);
    resample_plane(wide, target);
  }
}

void RowResampler::resample_plane(const float* source, float* target) const noexcept {
  const plan::LinearTaps& taps = plan_.columns;
  const int width = taps.size();
  const int32_t* start = taps.start.data();
  if (taps.identity) {
    std::memcpy(target, source + start[0], static_cast<size_t>(width) * sizeof(float));
    return;
  }
  const float* weights = taps.weights.data();
  if (taps.taps == 2 && !taps.any_outer) {
    ResampleTwoTaps(source, start, weights, weights + width, width, target);
    return;
  }
  for (int x = 0; x < width; ++x) target[x] = plan_.constant * taps.outer[x];
  for (int t = 0; t < taps.taps; ++t, weights += width) {
    for (int x = 0; x < width; ++x) target[x] += source[start[x] + t] * weights[x];
  }
}

}  // namespace deeplab::postprocess
