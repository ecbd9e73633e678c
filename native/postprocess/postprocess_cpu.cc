// CPU kernel of post-processing: a band of output rows a task, a row at a time.

#include <algorithm>
#include <atomic>
#include <cmath>

#include "core/memory.h"
#include "postprocess/postprocess.h"
#include "postprocess/resampler.h"
#include "postprocess/row_kernel.h"
#include "postprocess/softmax.h"

namespace deeplab::postprocess {
namespace {

constexpr int64_t kRowsPerTask = 32;

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
        weights_(plan.rows.taps),
        scratch_(Floats(static_cast<size_t>(channels_) * kLanes)),
        confidence_row_(Floats(static_cast<size_t>(geometry.crop.width) + kLanes)),
        probe_row_(Floats(static_cast<size_t>(geometry.crop.width) + kLanes)),
        channel_row_(Floats(static_cast<size_t>(geometry.crop.width) + kLanes)) {}

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

  static HostBuffer Floats(size_t count) {
    return BufferPool::Instance().acquire(count * sizeof(float));
  }

  void write_row(int row, Id* ids, float* confidence) {
    resampler_.prepare(row);
    for (int t = 0; t < plan_.rows.taps; ++t) weights_[t] = plan_.rows.weight(t, row);
    const TapRows taps{resampler_.rows(),   weights_.data(),
                       plan_.rows.taps,     channels_,
                       resampler_.stride(), plan_.constant * plan_.rows.outer[row],
                       geometry_.crop.width};
    ClassifyRow(taps,
                {channel_row_.as<int32_t>(), confidence_row_.as<float>(), probe_row_.as<float>()},
                scratch_.as<float>());
    store(row, ids, confidence);
  }

  void store(int row, Id* ids, float* confidence) {
    int32_t* channel = channel_row_.as<int32_t>();
    float* probability = confidence_row_.as<float>();
    const float* probe = probe_row_.as<float>();
    for (int x = 0; x < geometry_.crop.width; ++x) {
      const bool finite = probe[x] == 0.0f || exact_pixel(row, x, &channel[x], &probability[x]);
      const uint16_t id = classes_.id_of_channel[channel[x]];
      const bool keep = finite && !(probability[x] < classes_.thresholds[id]);
      ids[x] = static_cast<Id>(keep ? id : classes_.background_id);
      confidence[x] = keep ? probability[x] : 0.0f;
      non_finite_ += !finite;
    }
  }

  // The tables read neighbours with weight 0, and 0 · ∞ is NaN. So a pixel that looks non-finite is
  // computed again from the taps that count; false if one of those is not finite. Rare: garbage
  // only.
  bool exact_pixel(int row, int column, int32_t* channel, float* probability) const noexcept {
    float* values = scratch_.as<float>();
    float best = -INFINITY, sum = 0;
    for (int k = 0; k < channels_; ++k) {
      values[k] = exact_value(k, row, column);
      if (!std::isfinite(values[k])) return false;
      if (values[k] > best) {
        best = values[k];
        *channel = k;
      }
    }
    for (int k = 0; k < channels_; ++k) sum += ExpNonPositive(values[k] - best);
    *probability = channels_ == 1 ? Sigmoid(best) : 1.0f / sum;
    return true;
  }

  float exact_value(int channel, int row, int column) const noexcept {
    const plan::LinearTaps& rows = plan_.rows;
    const plan::LinearTaps& columns = plan_.columns;
    float value = plan_.constant * rows.outer[row];
    for (int t = 0; t < rows.taps; ++t) {
      if (rows.weight(t, row) == 0) continue;
      const size_t line =
          (static_cast<size_t>(channel) * logits_.shape.height + (rows.start[row] + t)) *
          logits_.shape.width;
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
  std::vector<float> weights_;  // of the row's vertical taps
  const HostBuffer scratch_;    // [class][kLanes]
  const HostBuffer confidence_row_;
  const HostBuffer probe_row_;
  const HostBuffer channel_row_;  // int32
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
