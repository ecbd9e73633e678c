// CPU kernel of pre-processing. One band of output rows a task; within a band the horizontally
// blended source rows are kept, as neighbouring output rows share them.

#include <algorithm>
#include <cstring>
#include <vector>

#include "core/memory.h"
#include "preprocess/contrast.h"
#include "preprocess/normalize.h"
#include "preprocess/pixel.h"
#include "preprocess/preprocess.h"

namespace deeplab::preprocess {
namespace {

constexpr int64_t kRowsPerTask = 16;

// Where a channel of the network (0, 1, 2) lies in a pixel of the image.
int SourceChannel(ColorFormat format, bool network_bgr, int channel) noexcept {
  if (format == ColorFormat::kGray) return 0;
  return BlueFirst(format) == network_bgr ? channel : 2 - channel;
}

// Three planes of one source row's used pixels, as wide as the resized image, in 19-bit fixed
// point.
struct BlendedRow {
  int source_row = -1;
  std::vector<int32_t> values;  // plane-major: [channel][x]
};

class RowBlender {
 public:
  RowBlender(const ImageView& image, const plan::PreprocessPlan& plan, bool network_bgr)
      : image_(image), plan_(plan), planes_(plan.grayscale ? 1 : 3), step_(Channels(image.format)) {
    for (int c = 0; c < 3; ++c) channel_[c] = SourceChannel(image.format, network_bgr, c);
    const size_t size = static_cast<size_t>(planes_) * plan.columns.size();
    for (BlendedRow& row : cache_) row.values.resize(size);
    if (plan.grayscale) gray_.resize(plan.geometry.used.width);
  }

  int planes() const noexcept { return planes_; }

  // The blended row of this source row (relative to the used part); stays valid for the next call.
  const BlendedRow& get(int row) {
    for (int i = 0; i < 2; ++i) {
      if (cache_[i].source_row != row) continue;
      next_ = 1 - i;
      return cache_[i];
    }
    BlendedRow& target = cache_[next_];
    next_ = 1 - next_;  // the row just returned is never the next to be overwritten
    target.source_row = row;
    if (planes_ == 1) {
      gray_row(row, gray_.data());
      blend(gray_.data(), 1, target.values.data());
    } else {
      for (int c = 0; c < 3; ++c) {
        blend(pixels(row) + channel_[c], step_, target.values.data() + c * plan_.columns.size());
      }
    }
    return target;
  }

  // One 8-bit value of the used part, where columns are not blended.
  int value(int x, int y, int channel) const noexcept {
    const uint8_t* pixel = pixels(y) + static_cast<ptrdiff_t>(x) * step_;
    return planes_ == 1 ? gray(pixel) : pixel[channel_[channel]];
  }

 private:
  const uint8_t* pixels(int row) const noexcept {
    const plan::Geometry& g = plan_.geometry;
    return image_.row(g.crop.y + g.used.y + row) +
           static_cast<ptrdiff_t>(g.crop.x + g.used.x) * step_;
  }

  int gray(const uint8_t* pixel) const noexcept {
    if (image_.format == ColorFormat::kGray) return pixel[0];
    return BlueFirst(image_.format) ? Gray(pixel[2], pixel[1], pixel[0])
                                    : Gray(pixel[0], pixel[1], pixel[2]);
  }

  void gray_row(int row, uint8_t* target) const noexcept {
    const uint8_t* source = pixels(row);
    for (int x = 0; x < plan_.geometry.used.width; ++x) {
      target[x] = static_cast<uint8_t>(gray(source + static_cast<ptrdiff_t>(x) * step_));
    }
  }

  void blend(const uint8_t* source, int step, int32_t* target) const noexcept {
    const plan::FixedTaps& taps = plan_.columns;
    for (int x = 0; x < taps.size(); ++x) {
      target[x] = BlendColumns(source[taps.first[x] * step], taps.first_weight[x],
                               source[taps.second[x] * step], taps.second_weight[x]);
    }
  }

  const ImageView& image_;
  const plan::PreprocessPlan& plan_;
  const int planes_;
  const int step_;
  int channel_[3] = {0, 1, 2};
  BlendedRow cache_[2];
  int next_ = 0;
  std::vector<uint8_t> gray_;
};

// Writes rows of one image's planes.
template <typename T>
class RowWriter {
 public:
  RowWriter(const plan::PreprocessPlan& plan, const plan::ModelConfig& config,
            const MutablePlanes& target)
      : plan_(plan),
        target_(target),
        table_(config,
               config.resize_mode == plan::ResizeMode::kLetterbox ? config.padding_value : 0) {}

  void write(RowBlender& blender, int64_t y) const {
    const plan::Rect& placed = plan_.geometry.placed;
    const int row = static_cast<int>(y) - placed.y;
    const bool inside = row >= 0 && row < placed.height;
    for (int c = 0; c < 3; ++c) {
      T* line = static_cast<T*>(target_.data) +
                (static_cast<size_t>(c) * target_.shape.height + y) * target_.shape.width;
      if (!inside) {
        std::fill(line, line + target_.shape.width, table_.padding[c]);
        continue;
      }
      std::fill(line, line + placed.x, table_.padding[c]);
      if (plan_.same_size) {
        copy(blender, row, c, line + placed.x);
      } else {
        blend(blender, row, c, line + placed.x);
      }
      std::fill(line + placed.x + placed.width, line + target_.shape.width, table_.padding[c]);
    }
  }

 private:
  void blend(RowBlender& blender, int row, int channel, T* line) const {
    const plan::FixedTaps& rows = plan_.rows;
    const BlendedRow& upper = blender.get(rows.first[row]);
    const BlendedRow& lower = blender.get(rows.second[row]);
    const size_t plane = blender.planes() == 1 ? 0 : channel;
    const int32_t* u = upper.values.data() + plane * plan_.columns.size();
    const int32_t* l = lower.values.data() + plane * plan_.columns.size();
    const int32_t upper_weight = rows.first_weight[row], lower_weight = rows.second_weight[row];
    for (int x = 0; x < plan_.columns.size(); ++x) {
      line[x] = table_.values[channel][BlendRows(u[x], upper_weight, l[x], lower_weight)];
    }
  }

  void copy(const RowBlender& blender, int row, int channel, T* line) const {
    for (int x = 0; x < plan_.geometry.placed.width; ++x) {
      line[x] = table_.values[channel][blender.value(x, row, channel)];
    }
  }

  const plan::PreprocessPlan& plan_;
  const MutablePlanes& target_;
  const NormalizeTable<T> table_;
};

template <typename T>
void Run(const ImageView& image, const plan::PreprocessPlan& plan, const plan::ModelConfig& config,
         const MutablePlanes& target, ThreadPool& pool) {
  const RowWriter<T> writer(plan, config, target);
  pool.parallel_for(target.shape.height, kRowsPerTask, [&](int64_t begin, int64_t end) {
    RowBlender blender(image, plan, config.network_bgr);
    for (int64_t y = begin; y < end; ++y) writer.write(blender, y);
  });
}

// The cropped (and grayed) image as three dense channels in the caller's order, for contrast.
HostBuffer CropToThreeChannels(const ImageView& image, const plan::PreprocessPlan& plan) {
  const plan::Rect& crop = plan.geometry.crop;
  HostBuffer buffer =
      BufferPool::Instance().acquire(static_cast<size_t>(crop.width) * crop.height * 3);
  const int step = Channels(image.format);
  uint8_t* target = buffer.as<uint8_t>();
  for (int y = 0; y < crop.height; ++y) {
    const uint8_t* source = image.row(crop.y + y) + static_cast<ptrdiff_t>(crop.x) * step;
    for (int x = 0; x < crop.width; ++x, source += step, target += 3) {
      if (step == 1) {
        std::memset(target, source[0], 3);
      } else if (plan.grayscale) {
        const int red = BlueFirst(image.format) ? 2 : 0;
        std::memset(target, Gray(source[red], source[1], source[2 - red]), 3);
      } else {
        std::memcpy(target, source, 3);
      }
    }
  }
  return buffer;
}

}  // namespace

void PreprocessCpu(const ImageView& image, const plan::PreprocessPlan& plan,
                   const plan::ModelConfig& config, const MutablePlanes& target, ThreadPool& pool) {
  const auto run = target.type == DataType::kFloat32 ? &Run<float> : &Run<uint16_t>;
  if (plan.contrast == plan::Contrast::kNone) return run(image, plan, config, target, pool);

  const plan::Rect& crop = plan.geometry.crop;
  const HostBuffer pixels = CropToThreeChannels(image, plan);
  const MutableImage cropped{pixels.as<uint8_t>(), crop.width, crop.height,
                             static_cast<ptrdiff_t>(crop.width) * 3};
  ApplyContrast(plan.contrast, cropped, &pool);
  plan::PreprocessPlan rest = plan;
  rest.geometry.crop.x = rest.geometry.crop.y = 0;
  rest.grayscale = false;
  const ColorFormat format = BlueFirst(image.format) ? ColorFormat::kBgr : ColorFormat::kRgb;
  run({cropped.data, crop.width, crop.height, cropped.stride, format}, rest, config, target, pool);
}

}  // namespace deeplab::preprocess
