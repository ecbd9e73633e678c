#include "postprocess/exact_pixel.h"

#include <cmath>

#include "core/half.h"
#include "postprocess/softmax.h"

namespace deeplab::postprocess {
namespace {

float LoadLogit(const ConstPlanes& logits, size_t index) noexcept {
  return logits.type == DataType::kFloat32
             ? static_cast<const float*>(logits.data)[index]
             : HalfToFloat(static_cast<const uint16_t*>(logits.data)[index]);
}

// The vertical taps of one column of one channel's plane.
float BlendColumn(const ConstPlanes& logits, const plan::LinearTaps& rows, float constant,
                  int channel, int row, int column) noexcept {
  const size_t height = static_cast<size_t>(logits.shape.height);
  const size_t width = static_cast<size_t>(logits.shape.width);
  float sum = constant * rows.outer[row];
  for (int t = 0; t < rows.taps; ++t) {
    if (rows.weight(t, row) == 0) continue;
    const size_t line = static_cast<size_t>(channel) * height + (rows.start[row] + t);
    sum += LoadLogit(logits, line * width + column) * rows.weight(t, row);
  }
  return sum;
}

float Interpolate(const ConstPlanes& logits, const plan::PostprocessPlan& plan, int channel,
                  int row, int column) noexcept {
  const plan::LinearTaps& columns = plan.columns;
  float value = plan.constant * columns.outer[column];
  for (int t = 0; t < columns.taps; ++t) {
    if (columns.weight(t, column) == 0) continue;
    value +=
        BlendColumn(logits, plan.rows, plan.constant, channel, row, columns.start[column] + t) *
        columns.weight(t, column);
  }
  return value;
}

}  // namespace

PixelResult ExactPixel(const ConstPlanes& logits, const plan::PostprocessPlan& plan, int row,
                       int column, float* values) {
  const int channels = static_cast<int>(logits.shape.channels);
  PixelResult result;
  for (int k = 0; k < channels; ++k) {
    values[k] = Interpolate(logits, plan, k, row, column);
    if (!std::isfinite(values[k])) return result;
    if (values[k] > values[result.channel]) result.channel = k;
  }
  result.finite = true;
  const float best = values[result.channel];
  float sum = 0;
  for (int k = 0; k < channels; ++k) {
    values[k] = baseline::ExpNonPositive(values[k] - best);
    sum += values[k];
  }
  result.probability = channels == 1 ? baseline::Sigmoid(best) : 1.0f / sum;
  return result;
}

}  // namespace deeplab::postprocess
