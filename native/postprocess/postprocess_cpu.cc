// CPU kernel of post-processing: a band of output rows a task, a block of pixels at a time, so that
// a block's K values stay in the first-level cache between arg max and softmax.

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>

#include "core/memory.h"
#include "postprocess/postprocess.h"
#include "postprocess/resampler.h"
#include "postprocess/softmax.h"

namespace deeplab::postprocess {
namespace {

constexpr int64_t kRowsPerTask = 32;
constexpr int kBlock = 128;  // pixels

// One block of pixels on its way: values of all classes, the best of them, what became of it.
struct Block {
  float best[kBlock];
  float probe[kBlock];  // NaN where a class was not finite
  float confidence[kBlock];
  int32_t channel[kBlock];
};

// Everything a task needs; Id is the map's element type.
template <typename Id>
class BandWriter {
 public:
  BandWriter(const ConstPlanes& logits, const plan::PostprocessPlan& plan,
             const plan::Geometry& geometry, const ClassTable& classes, const MapTarget& target)
      : logits_(logits),
        plan_(plan),
        geometry_(geometry),
        classes_(classes),
        ids_(static_cast<Id*>(target.ids)),
        confidence_(target.confidence),
        channels_(static_cast<int>(logits.shape.channels)),
        resampler_(logits, plan),
        values_(BufferPool::Instance().acquire(sizeof(float) * kBlock * channels_)) {}

  // Writes rows [begin, end) of the map; returns the number of non-finite pixels.
  int64_t write(int64_t begin, int64_t end) {
    non_finite_ = 0;
    for (int64_t y = begin; y < end; ++y) {
      Id* ids = ids_ + y * geometry_.map_width;
      float* confidence = confidence_ + y * geometry_.map_width;
      const int64_t row = y - geometry_.map_y;
      if (row < 0 || row >= geometry_.crop.height) {
        fill_background(ids, confidence, geometry_.map_width);
        continue;
      }
      const int right = geometry_.map_x + geometry_.crop.width;
      fill_background(ids, confidence, geometry_.map_x);
      fill_background(ids + right, confidence + right, geometry_.map_width - right);
      write_row(static_cast<int>(row), ids + geometry_.map_x, confidence + geometry_.map_x);
    }
    return non_finite_;
  }

 private:
  void fill_background(Id* ids, float* confidence, int count) const noexcept {
    std::fill(ids, ids + count, static_cast<Id>(classes_.background_id));
    std::fill(confidence, confidence + count, 0.0f);
  }

  void write_row(int row, Id* ids, float* confidence) {
    resampler_.prepare(row);
    for (int x = 0; x < geometry_.crop.width; x += kBlock) {
      const int count = std::min(kBlock, geometry_.crop.width - x);
      blend_rows(row, x, count);
      if (channels_ == 1) {
        for (int i = 0; i < count; ++i) block_.confidence[i] = Sigmoid(block_.best[i]);
      } else {
        softmax(count);
      }
      store(row, x, count, ids + x, confidence + x);
    }
  }

  // The vertical taps, and arg max (first on ties) on the way.
  void blend_rows(int row, int x, int count) {
    Block& b = block_;
    std::fill(b.best, b.best + count, -INFINITY);
    std::fill(b.probe, b.probe + count, 0.0f);
    std::fill(b.channel, b.channel + count, 0);
    const float outer = plan_.constant * plan_.rows.outer[row];
    for (int k = 0; k < channels_; ++k) {
      float* v = values_.as<float>() + static_cast<size_t>(k) * kBlock;
      std::fill(v, v + count, outer);
      for (int t = 0; t < plan_.rows.taps; ++t) {
        const float* source = resampler_.row(t, k) + x;
        const float weight = plan_.rows.weight(t, row);
        for (int i = 0; i < count; ++i) v[i] += source[i] * weight;
      }
      for (int i = 0; i < count; ++i) {
        b.probe[i] += FinitenessProbe(v[i]);
        b.channel[i] = v[i] > b.best[i] ? k : b.channel[i];
        b.best[i] = v[i] > b.best[i] ? v[i] : b.best[i];
      }
    }
  }

  // max softmax = 1 / Σ e^(v − max).
  void softmax(int count) noexcept {
    Block& b = block_;
    float sum[kBlock] = {};
    for (int k = 0; k < channels_; ++k) {
      const float* v = values_.as<float>() + static_cast<size_t>(k) * kBlock;
      for (int i = 0; i < count; ++i) sum[i] += ExpNonPositive(v[i] - b.best[i]);
    }
    for (int i = 0; i < count; ++i) b.confidence[i] = 1.0f / sum[i];
  }

  void store(int row, int x, int count, Id* ids, float* confidence) {
    for (int i = 0; i < count; ++i) {
      const bool finite = block_.probe[i] == 0.0f || exact_pixel(row, x + i, i);
      const uint16_t id = classes_.id_of_channel[block_.channel[i]];
      const bool keep = finite && !(block_.confidence[i] < classes_.thresholds[id]);
      ids[i] = static_cast<Id>(keep ? id : classes_.background_id);
      confidence[i] = keep ? block_.confidence[i] : 0.0f;
      non_finite_ += !finite;
    }
  }

  // The tables read neighbours with weight 0, and 0 · ∞ is NaN. So a pixel that looks non-finite is
  // computed again from the taps that count; false if one of those is not finite. Rare: garbage only.
  bool exact_pixel(int row, int column, int i) {
    Block& b = block_;
    b.best[i] = -INFINITY;
    float* v = values_.as<float>();
    for (int k = 0; k < channels_; ++k) {
      const float value = exact_value(k, row, column);
      if (!std::isfinite(value)) return false;
      v[static_cast<size_t>(k) * kBlock + i] = value;
      if (value > b.best[i]) {
        b.best[i] = value;
        b.channel[i] = k;
      }
    }
    float sum = 0;
    for (int k = 0; k < channels_; ++k) {
      sum += ExpNonPositive(v[static_cast<size_t>(k) * kBlock + i] - b.best[i]);
    }
    b.confidence[i] = channels_ == 1 ? Sigmoid(b.best[i]) : 1.0f / sum;
    return true;
  }

  float exact_value(int channel, int row, int column) const noexcept {
    const plan::LinearTaps& rows = plan_.rows;
    const plan::LinearTaps& columns = plan_.columns;
    float value = plan_.constant * rows.outer[row];
    for (int t = 0; t < rows.taps; ++t) {
      if (rows.weight(t, row) == 0) continue;
      const size_t line = (static_cast<size_t>(channel) * logits_.shape.height +
                           (rows.start[row] + t)) * logits_.shape.width;
      float sum = plan_.constant * columns.outer[column];
      for (int s = 0; s < columns.taps; ++s) {
        if (columns.weight(s, column) == 0) continue;
        sum += LoadLogit(logits_, line + columns.start[column] + s) * columns.weight(s, column);
      }
      value += sum * rows.weight(t, row);
    }
    return value;
  }

  const ConstPlanes& logits_;
  const plan::PostprocessPlan& plan_;
  const plan::Geometry& geometry_;
  const ClassTable& classes_;
  Id* const ids_;
  float* const confidence_;
  const int channels_;
  RowResampler resampler_;
  const HostBuffer values_;  // [class][kBlock]
  Block block_;
  int64_t non_finite_ = 0;
};

template <typename Id>
int64_t Run(const ConstPlanes& logits, const plan::PostprocessPlan& plan,
            const plan::Geometry& geometry, const ClassTable& classes, const MapTarget& target,
            ThreadPool& pool) {
  std::atomic<int64_t> non_finite{0};
  pool.parallel_for(geometry.map_height, kRowsPerTask, [&](int64_t begin, int64_t end) {
    BandWriter<Id> band(logits, plan, geometry, classes, target);
    non_finite += band.write(begin, end);
  });
  return non_finite;
}

}  // namespace

std::vector<uint16_t> ChannelIds(int channels, int class_count, int background_id) {
  std::vector<uint16_t> ids;
  const bool skip_background = channels == 1 || channels == class_count - 1;
  for (int k = 0; k < channels; ++k) {
    const int id = skip_background && k >= background_id ? k + 1 : k;
    ids.push_back(static_cast<uint16_t>(id));
  }
  return ids;
}

int64_t PostprocessCpu(const ConstPlanes& logits, const plan::PostprocessPlan& plan,
                       const plan::Geometry& geometry, const ClassTable& classes,
                       const MapTarget& target, ThreadPool& pool) {
  const auto run = target.id_bytes == 1 ? &Run<uint8_t> : &Run<uint16_t>;
  return run(logits, plan, geometry, classes, target, pool);
}

}  // namespace deeplab::postprocess
