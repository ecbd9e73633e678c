#include "postprocess/band_writer.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "postprocess/class_count.h"
#include "postprocess/class_rules.h"
#include "postprocess/exact_pixel.h"

namespace deeplab::postprocess {
namespace {

// Bounds are computed for every source column and save work on every pixel.
constexpr int64_t kPixelsPerColumn = 6;

// Class thresholds: all equal, or by id.
void SetThresholds(const ClassTable& classes, ClassifyMode* mode) {
  const ThresholdRange range = Thresholds(classes);
  mode->thresholds = range.low == range.high ? nullptr : classes.thresholds.data();
  mode->threshold = range.high;
  mode->bites = Bites(classes);
}

bool UseBounds(const BandContext& context) {
  const ClassifyMode& mode = context.mode;
  if (!mode.bites || mode.channels == 1) return false;
  if (context.target.confidence != nullptr || context.target.probabilities != nullptr) return false;
  const plan::Rect& crop = context.geometry.crop;
  const int64_t pixels = int64_t{crop.width} * crop.height;
  const plan::LinearTaps& rows = context.plan.rows;
  const int64_t source_rows = rows.start.back() + rows.taps - rows.start.front();
  const int64_t columns = source_rows * (context.plan.bands.end - context.plan.bands.first);
  return pixels >= kPixelsPerColumn * columns;
}

// Whether the kernels' arithmetic over these columns cannot have met NaN or infinity.
bool IsOrdinary(const LogitRows::Row& row, int channels, int base, int columns) noexcept {
  for (int k = 0; k < channels; ++k) {
    const float* values = row.values + static_cast<size_t>(k) * row.stride + base;
    for (int j = 0; j < columns; ++j) {
      if (!(std::fabs(values[j]) < kHuge)) return false;
    }
  }
  return true;
}

template <typename Id>
void FillIds(void* ids, int64_t begin, int64_t end, uint16_t id) noexcept {
  std::fill(static_cast<Id*>(ids) + begin, static_cast<Id*>(ids) + end, static_cast<Id>(id));
}

void FillIds(void* ids, int id_bytes, int64_t begin, int64_t end, uint16_t id) noexcept {
  if (id_bytes == 1) {
    FillIds<uint8_t>(ids, begin, end, id);
  } else {
    FillIds<uint16_t>(ids, begin, end, id);
  }
}

}  // namespace

BandContext MakeContext(const ConstPlanes& logits, const plan::PostprocessPlan& plan,
                        const plan::Geometry& geometry, const ClassTable& classes,
                        const MapTarget& target, const RowKernels& kernels) {
  ClassifyMode mode{};
  mode.channels = static_cast<int>(logits.shape.channels);
  mode.width = geometry.crop.width;
  mode.runs = plan.bands.runs.data();
  mode.run_count = static_cast<int>(plan.bands.runs.size());
  mode.constant = plan.constant;
  mode.bound_constant = ConstantBound(plan.constant, mode.channels);
  mode.hole = Hole(classes.id_of_channel);
  mode.background = classes.background_id;
  mode.id_bytes = target.id_bytes;
  SetThresholds(classes, &mode);
  mode.asked = target.channels;
  mode.asked_count = target.channel_count;
  mode.asked_stride = static_cast<size_t>(geometry.map_width) * geometry.map_height;
  BandContext context{logits, plan, geometry, classes, target, kernels, mode, false, 0};
  context.bounds = UseBounds(context);
  context.log_threshold = context.bounds ? std::log(mode.threshold) : 0;
  return context;
}

BandWriter::BandWriter(const BandContext& context)
    : context_(context),
      rows_(context.logits, context.plan, context.kernels, context.bounds),
      scratch_(BufferPool::Instance().acquire(static_cast<size_t>(context.mode.channels) *
                                              context.kernels.lanes * sizeof(float))) {
  if (context.target.class_areas == nullptr) return;
  const size_t bytes = context.classes.thresholds.size() * sizeof(int64_t);
  counts_ = BufferPool::Instance().acquire(bytes);
  std::memset(counts_.data(), 0, bytes);
  if (context.target.ids == nullptr) {
    ids_ = BufferPool::Instance().acquire(static_cast<size_t>(context.geometry.map_width) *
                                          context.target.id_bytes);
  }
}

int64_t BandWriter::write(int64_t begin, int64_t end) {
  const plan::Geometry& g = context_.geometry;
  non_finite_ = 0;
  for (int64_t y = begin; y < end; ++y) {
    const int64_t row = y - g.map_y;
    if (row < 0 || row >= g.crop.height) {
      fill(y, 0, g.map_width);
    } else {
      fill(y, 0, g.map_x);
      fill(y, g.map_x + g.crop.width, g.map_width);
      write_row(static_cast<int>(row), y);
    }
    if (counts_.data() == nullptr) continue;
    CountIds(ids_of(y), context_.target.id_bytes, g.map_width, counts_.as<int64_t>(),
             context_.classes.thresholds.size());
  }
  publish_counts();
  return non_finite_;
}

void* BandWriter::ids_of(int64_t map_row) const noexcept {
  if (context_.target.ids == nullptr) return ids_.data();
  return static_cast<uint8_t*>(context_.target.ids) +
         map_row * context_.geometry.map_width * context_.target.id_bytes;
}

// Pixels [begin, end) of a row of the map that lie outside the crop.
void BandWriter::fill(int64_t map_row, int64_t begin, int64_t end) const noexcept {
  if (begin >= end) return;
  const MapTarget& target = context_.target;
  if (void* ids = ids_of(map_row)) {
    FillIds(ids, target.id_bytes, begin, end, context_.classes.background_id);
  }
  const int64_t line = map_row * context_.geometry.map_width;
  if (target.confidence != nullptr) {
    std::fill(target.confidence + line + begin, target.confidence + line + end, 0.0f);
  }
  for (int i = 0; target.probabilities != nullptr && i < target.channel_count; ++i) {
    float* plane = target.probabilities + i * context_.mode.asked_stride + line;
    std::fill(plane + begin, plane + end, 0.0f);
  }
}

void BandWriter::write_row(int row, int64_t map_row) {
  const plan::Geometry& g = context_.geometry;
  const MapTarget& target = context_.target;
  const int64_t at = map_row * g.map_width + g.map_x;
  const LogitRows::Row from = rows_.blend(row);
  ClassifyRow to{};
  to.values = from.values;
  to.stride = from.stride;
  to.bound = from.bound;
  to.bound_keep = bound_keep(from);
  if (void* ids = ids_of(map_row)) {
    to.ids = static_cast<uint8_t*>(ids) + int64_t{g.map_x} * target.id_bytes;
  }
  if (target.confidence != nullptr) to.confidence = target.confidence + at;
  if (target.probabilities != nullptr) to.probabilities = target.probabilities + at;
  to.scratch = scratch_.as<float>();
  context_.kernels.classify(context_.mode, to);
  if (!from.ordinary) repair(from, row, to);
}

// From which distance of a pixel's largest logit to the interpolated bounds its probability is not
// below the threshold. ln Σ e^v is convex, so an interpolated bound is a bound of the interpolated
// logits, but for rounding: of the logits and bounds, a few units in the last place of the largest
// that went into them for each tap; of the sum and its exponentials, K and a few units of 1.
float BandWriter::bound_keep(const LogitRows::Row& row) const noexcept {
  constexpr float kUnit = 0x1p-23f;
  const float channels = static_cast<float>(context_.mode.channels);
  return context_.log_threshold + kUnit * (64 * row.largest + 2 * channels + 64);
}

// Vectors of pixels whose columns hold an extraordinary value are computed again, by themselves.
void BandWriter::repair(const LogitRows::Row& from, int row, const ClassifyRow& to) {
  const int lanes = context_.kernels.lanes;
  for (const plan::ColumnRun& run : context_.plan.bands.runs) {
    for (int group = 0; group < run.count; ++group) {
      const plan::ColumnGroup& at = run.groups[group];
      const int columns = run.columns > 0 ? run.columns : lanes;
      if (IsOrdinary(from, context_.mode.channels, at.base, columns)) continue;
      const int end = std::min(at.output + lanes, context_.mode.width);
      for (int x = at.output; x < end; ++x) repair_pixel(row, x, to);
    }
  }
}

void BandWriter::repair_pixel(int row, int x, const ClassifyRow& to) {
  const ClassifyMode& mode = context_.mode;
  float* values = scratch_.as<float>();
  const PixelResult pixel = ExactPixel(context_.logits, context_.plan, row, x, values);
  const uint16_t id = context_.classes.id_of_channel[pixel.channel];
  const bool keep = pixel.finite && !(pixel.probability < context_.classes.thresholds[id]);
  if (to.ids != nullptr) {
    FillIds(to.ids, mode.id_bytes, x, x + 1, keep ? id : context_.classes.background_id);
  }
  if (to.confidence != nullptr) to.confidence[x] = keep ? pixel.probability : 0.0f;
  for (int i = 0; to.probabilities != nullptr && i < mode.asked_count; ++i) {
    to.probabilities[i * mode.asked_stride + x] =
        pixel.finite ? values[mode.asked[i]] * pixel.probability : 0.0f;
  }
  non_finite_ += !pixel.finite;
}

void BandWriter::publish_counts() const noexcept {
  const int64_t* counts = counts_.as<int64_t>();
  for (size_t id = 0; counts != nullptr && id < context_.classes.thresholds.size(); ++id) {
    if (counts[id] == 0) continue;
    __atomic_fetch_add(&context_.target.class_areas[id], counts[id], __ATOMIC_RELAXED);
  }
}

}  // namespace deeplab::postprocess
