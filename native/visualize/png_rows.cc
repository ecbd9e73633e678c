#include "visualize/png_rows.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/memory.h"
#include "visualize/png_kernels.h"

namespace deeplab::visualize {
namespace {

// Rows of about so many bytes a task.
constexpr int64_t kBytesPerTask = 1 << 17;
// Before each row: the pixel that is not there. No more than a vector, so that rows stay aligned.
constexpr int kMargin = 64;

// Bytes of a pixel, in the samples and in the file.
struct PixelBytes {
  int in, out;
};

PixelBytes BytesOf(PngSample sample) {
  switch (sample) {
    case PngSample::kBytes:
      return {1, 1};
    case PngSample::kWideBytes:
      return {1, 2};
    case PngSample::kShorts:
      return {2, 2};
    case PngSample::kUnitBytes:
      return {4, 1};
    case PngSample::kUnitShorts:
      return {4, 2};
    case PngSample::kRgba:
      return {4, 4};
    default:
      return {4, 3};
  }
}

// Filters the rows of one task, each of which needs the one above it.
class RowWriter {
 public:
  RowWriter(const PngRowsJob& job, const PngKernels& kernels)
      : job_(job), kernels_(kernels), bytes_(BytesOf(job.sample)) {
    const size_t room = kMargin + static_cast<size_t>(job.width) * bytes_.out;
    memory_ = BufferPool::Instance().acquire(2 * room);
    std::memset(memory_.data(), 0, 2 * room);
    above_ = memory_.as<uint8_t>() + kMargin;
    row_ = above_ + room;
  }

  void write(int64_t begin, int64_t end) {
    const int count = job_.width * bytes_.out;
    if (begin > 0) read(begin - 1, above_);
    for (int64_t y = begin; y < end; ++y) {
      read(y, row_);
      uint8_t* const to = job_.rows + y * (count + int64_t{1});
      to[0] = static_cast<uint8_t>(job_.filter);
      if (job_.filter == PngFilter::kUp) {
        kernels_.up(row_, above_, count, to + 1);
      } else {
        kernels_.paeth(row_, above_, bytes_.out, count, to + 1);
      }
      std::swap(row_, above_);
    }
  }

 private:
  void read(int64_t y, uint8_t* to) const {
    const int64_t stride = static_cast<int64_t>(job_.width) * bytes_.in;
    const uint8_t* const from = static_cast<const uint8_t*>(job_.samples) + y * stride;
    switch (job_.sample) {
      case PngSample::kWideBytes:
        return kernels_.widen(from, job_.width, to);
      case PngSample::kShorts:
        return kernels_.big_endian(reinterpret_cast<const uint16_t*>(from), job_.width, to);
      case PngSample::kUnitBytes:
        return kernels_.unit_bytes(reinterpret_cast<const float*>(from), job_.width, to);
      case PngSample::kUnitShorts:
        return kernels_.unit_shorts(reinterpret_cast<const float*>(from), job_.width, to);
      case PngSample::kOpaque:
        return kernels_.opaque(from, job_.width, to);
      default:
        std::memcpy(to, from, static_cast<size_t>(stride));
    }
  }

  const PngRowsJob& job_;
  const PngKernels& kernels_;
  const PixelBytes bytes_;
  HostBuffer memory_;
  uint8_t* above_;
  uint8_t* row_;
};

}  // namespace

int64_t PngRowBytes(PngSample sample, int width) {
  return 1 + static_cast<int64_t>(width) * BytesOf(sample).out;
}

void WritePngRows(const PngRowsJob& job, ThreadPool& pool, SimdLevel level) {
  const PngKernels& kernels = PngKernelsOf(level);
  const int64_t rows = std::max<int64_t>(1, kBytesPerTask / PngRowBytes(job.sample, job.width));
  pool.parallel_for(job.height, rows,
                    [&](int64_t begin, int64_t end) { RowWriter(job, kernels).write(begin, end); });
}

}  // namespace deeplab::visualize
