#include "preprocess/columns.h"

#include <algorithm>

namespace deeplab::preprocess {

Columns::Columns(int pairs, ColorFormat format, int x)
    : count_(RoundUp(pairs)),
      step_(Channels(format)),
      x_(x),
      memory_(BufferPool::Instance().acquire(size_t{5} * count_ * sizeof(int32_t))) {}

void Columns::set(int index, int pixel, int left_weight, int right_weight) noexcept {
  const int column = x_ + pixel;
  part(0)[index] = pixel * step_;
  part(1)[index] = left_weight;
  part(2)[index] = right_weight;
  part(3)[index] = column / 2 * 2;
  part(4)[index] = column % 2 * 16;
}

Columns Columns::Blended(const plan::FixedTaps& taps, ColorFormat format, int x, int width) {
  Columns columns(taps.size(), format, x);
  const int last_left = std::max(width - 2, 0);
  for (int i = 0; i < taps.size(); ++i) {
    const int pixel = std::min(taps.first[i], last_left);
    const int both = taps.first_weight[i] + taps.second_weight[i];
    if (taps.first[i] != taps.second[i]) {
      columns.set(i, pixel, taps.first_weight[i], taps.second_weight[i]);
    } else if (taps.first[i] == pixel) {  // both taps lie on the first pixel, or on the last
      columns.set(i, pixel, both, 0);
    } else {
      columns.set(i, pixel, 0, both);
    }
  }
  for (int i = taps.size(); i < columns.count(); ++i) columns.set(i, last_left, 0, 0);
  return columns;
}

Columns Columns::Neighbours(ColorFormat format, int x, int width) {
  const int pairs = (width + 1) / 2;
  Columns columns(pairs, format, x);
  for (int i = 0; i < columns.count(); ++i) columns.set(i, 2 * std::min(i, pairs - 1), 0, 0);
  return columns;
}

}  // namespace deeplab::preprocess
