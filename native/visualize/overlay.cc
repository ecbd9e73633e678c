#include "visualize/overlay.h"

#include <algorithm>
#include <optional>
#include <string>

#include "core/error.h"
#include "core/memory.h"
#include "visualize/outline.h"
#include "visualize/visualize_kernels.h"

namespace deeplab::visualize {
namespace {

// Rows of about so many pixels a task: some tens of microseconds.
constexpr int64_t kPixelsPerTask = 1 << 16;

void CheckPlace(const OverlayJob& job) {
  if (job.picture == nullptr) return;
  const ImageView& p = *job.picture;
  if (job.picture_x >= 0 && job.picture_y >= 0 && job.width <= p.width - job.picture_x &&
      job.height <= p.height - job.picture_y) {
    return;
  }
  throw Error(ErrorCode::kInternal,
              "An overlay of " + std::to_string(job.width) + "×" + std::to_string(job.height) +
                  " at " + std::to_string(job.picture_x) + ", " + std::to_string(job.picture_y) +
                  " reaches out of its picture of " + std::to_string(p.width) + "×" +
                  std::to_string(p.height) + ".");
}

template <typename Id>
void Colors(const Id* ids, int count, const OverlayJob& job, uint32_t* pixels) {
  const auto known = static_cast<unsigned>(job.color_count);
  for (int x = 0; x < count; ++x) {
    const unsigned id = ids[x];
    pixels[x] = id < known ? job.colors[id] : 0;
  }
}

// Paints the rows of one task.
class Painter {
 public:
  Painter(const OverlayJob& job, const Kernels& kernels) : job_(job), kernels_(kernels) {
    if (job.picture == nullptr) return;
    weights_ = WeightsOf(job.picture->matrix, job.picture->range);
    const size_t words = static_cast<size_t>(job.width) + 2;  // whole pairs, for NV12
    memory_ = BufferPool::Instance().acquire(words * sizeof(uint32_t));
  }

  void paint(int64_t begin, int64_t end) {
    std::optional<Outline> outline;
    if (job_.outline_width > 0) outline.emplace(job_, kernels_).read(begin, end);
    for (int64_t y = begin; y < end; ++y) {
      fill(y);
      if (outline) draw_lines(outline->edges(y), y);
    }
  }

 private:
  void fill(int64_t y) {
    const int64_t first = y * job_.width;
    auto* const pixels = reinterpret_cast<uint32_t*>(job_.rgba) + first;
    if (job_.id_bytes == 1) {
      Colors(static_cast<const uint8_t*>(job_.ids) + first, job_.width, job_, pixels);
    } else {
      Colors(static_cast<const uint16_t*>(job_.ids) + first, job_.width, job_, pixels);
    }
    if (job_.picture == nullptr) return;
    kernels_.mix(words(job_.picture_y + static_cast<int>(y)), job_.weight, job_.width, pixels);
  }

  void draw_lines(const uint8_t* edges, int64_t y) {
    const int64_t first = y * job_.width;
    auto* const pixels = reinterpret_cast<uint32_t*>(job_.rgba) + first;
    for (int x = 0; x < job_.width; ++x) {
      if (edges[x] == 0) continue;
      const uint32_t color = line_of(first + x);
      if (color >> 24 != 0) pixels[x] = color | 0xff000000u;
    }
  }

  uint32_t line_of(int64_t pixel) const {
    const unsigned id = job_.id_bytes == 1 ? static_cast<const uint8_t*>(job_.ids)[pixel]
                                           : static_cast<const uint16_t*>(job_.ids)[pixel];
    return id < static_cast<unsigned>(job_.color_count) ? job_.outline_colors[id] : 0;
  }

  // The picture's row from picture_x on.
  const uint32_t* words(int y) {
    const ImageView& picture = *job_.picture;
    auto* const to = memory_.as<uint32_t>();
    if (picture.format != ColorFormat::kNv12) {
      const ptrdiff_t start = static_cast<ptrdiff_t>(job_.picture_x) * Channels(picture.format);
      kernels_.words(picture.row(y) + start, picture.format, job_.width, to);
      return to;
    }
    // From an even pixel on; where the width is odd, with a byte of luma that is none.
    const int skipped = job_.picture_x % 2;
    const int start = job_.picture_x - skipped;
    kernels_.yuv_words(picture.row(y) + start, picture.chroma_row(y) + start,
                       (skipped + job_.width + 1) / 2, weights_, to);
    return to + skipped;
  }

  const OverlayJob& job_;
  const Kernels& kernels_;
  YuvWeights weights_{};
  HostBuffer memory_;
};

}  // namespace

void PaintOverlay(const OverlayJob& job, ThreadPool& pool, SimdLevel level) {
  CheckPlace(job);
  if (job.width == 0) return;
  const Kernels& kernels = KernelsOf(level);
  // An outline looks at rows around those of its task: those should not be the most of them.
  const int64_t rows =
      std::max<int64_t>({1, kPixelsPerTask / job.width, 4 * int64_t{job.outline_width}});
  pool.parallel_for(job.height, rows,
                    [&](int64_t begin, int64_t end) { Painter(job, kernels).paint(begin, end); });
}

}  // namespace deeplab::visualize
