#include "preprocess/row_reader.h"

#include <algorithm>
#include <cstring>

namespace deeplab::preprocess {
namespace {

constexpr int kPairBytes = 8;

// Four loads, then four stores: they go two at a time, and the loads do not wait for stores. (Not
// among the kernels: where there are gather instructions, compilers use them, and they are slower.)
// Meanwhile the same bytes of the row that is read `soon` are fetched: rows are skipped and read
// sparsely, which hides from the processor's own guesses, and large pictures lie far away.
void Pack(const uint8_t* row, const uint8_t* soon, const int32_t* offset, int count,
          uint32_t* pairs) {
  const auto load = [row](int32_t at) {
    uint64_t pair;
    std::memcpy(&pair, row + at, kPairBytes);
    return pair;
  };
  auto* to = reinterpret_cast<uint64_t*>(pairs);
  for (int x = 0; x < count; x += 4) {
    __builtin_prefetch(soon + offset[x]);
    __builtin_prefetch(soon + offset[x + 2]);
    const uint64_t first = load(offset[x]), second = load(offset[x + 1]);
    const uint64_t third = load(offset[x + 2]), fourth = load(offset[x + 3]);
    to[x] = first;
    to[x + 1] = second;
    to[x + 2] = third;
    to[x + 3] = fourth;
  }
}

// The longest row that has to be copied, see `readable`.
size_t SpareBytes(const UsedPart& part) {
  return static_cast<size_t>(RowBytes(part.image.format, part.image.width)) + kPairBytes;
}

}  // namespace

RowReader::RowReader(const UsedPart& part, const Columns& columns, const PixelKernels& kernels)
    : part_(part),
      columns_(columns),
      kernels_(kernels),
      weights_(WeightsOf(part.image.matrix, part.image.range)),
      yuv_(part.image.format == ColorFormat::kNv12),
      step_(yuv_ || part.to_gray() ? 4 : Channels(part.image.format)) {
  const size_t words = 2 * static_cast<size_t>(columns.count());
  memory_ = BufferPool::Instance().acquire(3 * words * sizeof(uint32_t) + SpareBytes(part));
  packed_ = memory_.as<uint32_t>();
  chroma_ = packed_ + words;
  converted_ = chroma_ + words;
  spare_ = reinterpret_cast<uint8_t*>(converted_ + words);
}

// Loads of 8 bytes reach over the end of a row. That is the image's own memory but for the last
// rows: those are read from a copy.
const uint8_t* RowReader::readable(const uint8_t* row, int64_t row_bytes, int64_t reach) {
  const uint8_t* const end = part_.image.data + ByteLength(part_.image);
  if (reach <= end - row) return row;
  std::memcpy(spare_, row, static_cast<size_t>(row_bytes));
  std::memset(spare_ + row_bytes, 0, kPairBytes);
  return spare_;
}

// NV12: luma and chroma are packed alike, then put together.
const uint32_t* RowReader::rgb_pairs(int row, int soon) {
  const int last = columns_.count() - 1;
  const uint8_t* luma = readable(part_.row(row), part_.width, columns_.offset()[last] + kPairBytes);
  Pack(luma, part_.row(soon), columns_.offset(), columns_.count(), packed_);
  const uint8_t* chroma = readable(part_.image.chroma_row(part_.y + row),
                                   RowBytes(part_.image.format, part_.image.width),
                                   columns_.chroma_offset()[last] + kPairBytes);
  Pack(chroma, part_.image.chroma_row(part_.y + soon), columns_.chroma_offset(), columns_.count(),
       chroma_);
  kernels_.yuv_pairs(packed_, chroma_, columns_.chroma_shift(), columns_.count(), weights_,
                     converted_);
  return converted_;
}

const uint32_t* RowReader::pairs(int row, int soon) {
  const uint32_t* colors = packed_;
  if (yuv_) {
    colors = rgb_pairs(row, soon);
  } else {
    const uint8_t* from = readable(part_.row(row), RowBytes(part_.image.format, part_.width),
                                   columns_.offset()[columns_.count() - 1] + kPairBytes);
    Pack(from, part_.row(soon), columns_.offset(), columns_.count(), packed_);
  }
  if (!part_.to_gray()) return colors;
  uint32_t* const gray = yuv_ ? packed_ : converted_;
  kernels_.gray_pairs(colors, yuv_ ? 4 : Channels(part_.image.format),
                      BlueFirst(part_.image.format), columns_.count(), gray);
  return gray;
}

}  // namespace deeplab::preprocess
