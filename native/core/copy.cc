#include "core/copy.h"

#include <algorithm>
#include <atomic>

namespace deeplab {
namespace {

std::atomic<uint64_t> g_copied_pixel_bytes{0};

}  // namespace

uint64_t CopiedPixelBytes() noexcept {
  return g_copied_pixel_bytes.load(std::memory_order_relaxed);
}

void CountCopiedPixels(size_t bytes) noexcept {
  g_copied_pixel_bytes.fetch_add(bytes, std::memory_order_relaxed);
}

HostBuffer CopyPixels(ImageView* view, BufferSource& source) {
  const ImageView from = *view;
  const int64_t row_bytes = RowBytes(from.format, from.width);
  const int64_t rows = RowCount(from.format, from.height);
  HostBuffer copy = source.acquire(static_cast<size_t>(row_bytes * rows));
  auto* const to = copy.as<uint8_t>();
  if (from.stride == row_bytes) {
    CopyInBands(to, from.data, static_cast<size_t>(row_bytes * rows));
  } else {
    const int64_t band = std::max<int64_t>(1, CopyBand(rows * row_bytes) / row_bytes);
    ThreadPool::Instance().parallel_for(rows, band, [&](int64_t begin, int64_t end) {
      for (int64_t y = begin; y < end; ++y) {
        std::memcpy(to + y * row_bytes, from.row(static_cast<int>(y)),
                    static_cast<size_t>(row_bytes));
      }
    });
  }
  CountCopiedPixels(copy.size());
  view->data = to;
  view->stride = static_cast<ptrdiff_t>(row_bytes);
  return copy;
}

}  // namespace deeplab
