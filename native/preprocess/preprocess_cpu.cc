// Pre-processing on the CPU. One band of output rows a task; all a band needs is pooled memory of a
// few rows, so a warm process allocates nothing but what contrast needs.

#include <algorithm>

#include "preprocess/contrast_input.h"
#include "preprocess/normalize.h"
#include "preprocess/preprocess.h"
#include "preprocess/row_source.h"

namespace deeplab::preprocess {
namespace {

// Tasks of at least so many values a channel (some microseconds), and about four a thread, so that
// one that a busy core is slow with does not hold up the rest.
constexpr int64_t kPixelsPerTask = 16384;
constexpr int64_t kTasksPerThread = 4;

int64_t RowsPerTask(const PlaneShape& shape, int threads) noexcept {
  const int64_t tasks = std::max<int64_t>(1, threads * kTasksPerThread);
  return std::max((shape.height + tasks - 1) / tasks,
                  (kPixelsPerTask + shape.width - 1) / shape.width);
}

// Where a channel of the network (0, 1, 2) lies in a pixel of the image. NV12 is read as RGB.
int SourceChannel(ColorFormat format, bool network_bgr, int channel) noexcept {
  return BlueFirst(format) == network_bgr ? channel : 2 - channel;
}

// Writes rows of one image's planes.
template <typename T>
class RowWriter {
 public:
  RowWriter(const Resize& resize, const plan::Rect& placed, const plan::ModelConfig& config,
            const MutablePlanes& target)
      : format_(resize.part.image.format),
        network_bgr_(config.network_bgr),
        placed_(placed),
        target_(target),
        normalizer_(config,
                    config.resize_mode == plan::ResizeMode::kLetterbox ? config.padding_value : 0,
                    *resize.kernels) {}

  void write(RowSource& source, int64_t y) const {
    const int row = static_cast<int>(y) - placed_.y;
    const bool inside = row >= 0 && row < placed_.height;
    const Values values = inside ? source.values(row) : Values{};
    for (int c = 0; c < 3; ++c) {
      T* line = static_cast<T*>(target_.data) +
                (static_cast<size_t>(c) * target_.shape.height + y) * target_.shape.width;
      T* const line_end = line + target_.shape.width;
      if (inside) {
        const int plane = SourceChannel(format_, network_bgr_, c);
        T* const first = line + placed_.x;
        std::fill(line, first, normalizer_.padding(c));
        normalizer_.row(c, values.first + plane * values.distance, placed_.width, first);
        line = first + placed_.width;
      }
      std::fill(line, line_end, normalizer_.padding(c));
    }
  }

 private:
  const ColorFormat format_;
  const bool network_bgr_;
  const plan::Rect placed_;
  const MutablePlanes& target_;
  const Normalizer<T> normalizer_;
};

template <typename T>
void Write(const Resize& resize, const plan::Rect& placed, const plan::ModelConfig& config,
           const MutablePlanes& target, ThreadPool& pool) {
  const RowWriter<T> writer(resize, placed, config, target);
  pool.parallel_for(target.shape.height, RowsPerTask(target.shape, pool.threads()),
                    [&](int64_t begin, int64_t end) {
                      RowSource source(resize);
                      for (int64_t y = begin; y < end; ++y) writer.write(source, y);
                    });
}

void Run(const UsedPart& part, const plan::PreprocessPlan& plan, const plan::ModelConfig& config,
         const MutablePlanes& target, ThreadPool& pool, SimdLevel level) {
  const ColorFormat format = part.image.format;
  const Columns columns = plan.same_size
                              ? Columns::Neighbours(format, part.x, part.width)
                              : Columns::Blended(plan.columns, format, part.x, part.width);
  const plan::Rect& placed = plan.geometry.placed;
  const Resize resize{part,           &plan.rows, placed.width,
                      plan.same_size, &columns,   &PixelKernelsOf(level)};
  const auto write = target.type == DataType::kFloat32 ? &Write<float> : &Write<uint16_t>;
  write(resize, placed, config, target, pool);
}

}  // namespace

void PreprocessCpu(const ImageView& image, const plan::PreprocessPlan& plan,
                   const plan::ModelConfig& config, const MutablePlanes& target, ThreadPool& pool,
                   SimdLevel level) {
  const plan::Rect& crop = plan.geometry.crop;
  const plan::Rect& used = plan.geometry.used;
  UsedPart part{image, crop.x + used.x, crop.y + used.y, used.width, used.height, plan.grayscale};
  if (plan.contrast == plan::Contrast::kNone) return Run(part, plan, config, target, pool, level);

  const ContrastCrop cropped = CropWithContrast(image, plan, pool, BufferPool::Instance());
  part = {cropped.view, used.x, used.y, used.width, used.height, false};
  Run(part, plan, config, target, pool, level);
}

}  // namespace deeplab::preprocess
