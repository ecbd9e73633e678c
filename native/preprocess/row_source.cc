#include "preprocess/row_source.h"

#include <algorithm>

namespace deeplab::preprocess {

RowSource::RowSource(const Resize& resize)
    : resize_(resize),
      planes_(resize.part.planes()),
      count_(RoundUp(resize.width)),
      reader_(resize.part, *resize.columns, *resize.kernels) {
  // Three planes of bytes even for one: `split` writes three.
  const size_t blended = static_cast<size_t>(planes_) * count_;
  memory_ = BufferPool::Instance().acquire(2 * blended * sizeof(int16_t) + size_t{3} * count_);
  cache_[0].values = memory_.as<int16_t>();
  cache_[1].values = cache_[0].values + blended;
  values_ = reinterpret_cast<uint8_t*>(cache_[1].values + blended);
}

Values RowSource::values(int row) {
  if (resize_.same_size) return same_size(row);
  const plan::FixedTaps& rows = *resize_.rows;
  int upper_weight = rows.first_weight[row], lower_weight = rows.second_weight[row];
  // A row without weight need not be read.
  const int upper_row = upper_weight == 0 ? rows.second[row] : rows.first[row];
  const int lower_row = lower_weight == 0 ? upper_row : rows.second[row];
  const int next = std::min(row + 1, rows.size() - 1);
  const int16_t* upper = blended(upper_row, rows.first[next]);
  const int16_t* lower = blended(lower_row, rows.second[next]);
  resize_.kernels->blend_rows(upper, upper_weight, lower, lower_weight, planes_ * count_, values_);
  return {values_, planes_ == 1 ? 0 : count_};
}

Values RowSource::same_size(int row) {
  const UsedPart& part = resize_.part;
  const ColorFormat format = part.image.format;
  if (format == ColorFormat::kGray) return {part.row(row), 0};
  const auto split = resize_.kernels->split;
  if (format != ColorFormat::kNv12 && !part.grayscale) {
    split(part.row(row), Channels(format), part.width, count_, values_);
  } else {
    // Neighbouring pairs of converted words are the row's pixels of four bytes.
    const auto* pixels = reinterpret_cast<const uint8_t*>(reader_.pairs(row, row));
    split(pixels, 4, part.width, count_, values_);
  }
  return {values_, planes_ == 1 ? 0 : count_};
}

// The blended source row; stays valid for the next call.
const int16_t* RowSource::blended(int row, int soon) {
  for (int i = 0; i < 2; ++i) {
    if (cache_[i].row != row) continue;
    next_ = 1 - i;
    return cache_[i].values;
  }
  Blended& target = cache_[next_];
  next_ = 1 - next_;  // the row just returned is never the next to be overwritten
  target.row = row;
  const Columns& columns = *resize_.columns;
  resize_.kernels->blend_columns(reader_.pairs(row, soon), reader_.step(), planes_,
                                 columns.left_weight(), columns.right_weight(), count_,
                                 target.values);
  return target.values;
}

}  // namespace deeplab::preprocess
