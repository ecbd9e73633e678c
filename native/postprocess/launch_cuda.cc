#include "postprocess/launch_cuda.h"

#include <algorithm>
#include <cstring>

#include "core/error.h"
#include "postprocess/class_rules.h"

namespace deeplab::postprocess {
namespace {

// Of blended logits. Less than half of what a block may have: several blocks are to share a
// multiprocessor, and 21 classes of a picture that is not much smaller than its logits fit.
constexpr int kSharedFloats = 8192;

bool Reads(const plan::LinearTaps& table, int output) {
  for (int t = 0; t < table.taps; ++t) {
    if (table.weight(t, output) != 0) return true;
  }
  return false;
}

// Outputs that lie outside the axis read nothing: they get the start of a neighbour that does.
std::vector<uint32_t> Starts(const plan::LinearTaps& table) {
  std::vector<uint32_t> starts;
  int first = 0;
  while (first < table.size() && !Reads(table, first)) ++first;
  int32_t last = first < table.size() ? table.start[first] : 0;
  for (int o = 0; o < table.size(); ++o) {
    if (Reads(table, o)) {
      if (table.start[o] < last) {
        throw Error(ErrorCode::kInternal, "The taps of an axis are not in order.");
      }
      last = table.start[o];
    }
    starts.push_back(static_cast<uint32_t>(last));
  }
  return starts;
}

void Append(const std::vector<float>& values, std::vector<uint32_t>* entries) {
  const size_t at = entries->size();
  entries->resize(at + values.size());
  if (!values.empty()) std::memcpy(entries->data() + at, values.data(), values.size() * 4);
}

unsigned Blocks(int size, int block) { return static_cast<unsigned>((size + block - 1) / block); }

}  // namespace

std::vector<uint32_t> PackAxis(const plan::LinearTaps& table) {
  std::vector<uint32_t> entries = Starts(table);
  Append(table.weights, &entries);
  Append(table.outer, &entries);
  return entries;
}

int WidestTile(const plan::LinearTaps& columns) {
  const std::vector<uint32_t> starts = Starts(columns);
  int widest = 0;
  for (size_t first = 0; first < starts.size(); ++first) {
    const size_t last = std::min(first + kCudaTileWidth, starts.size()) - 1;
    widest = std::max(widest, static_cast<int>(starts[last] - starts[first]) + columns.taps);
  }
  return widest;
}

CudaMap DescribeMap(const void* logits, const plan::PostprocessPlan& plan,
                    const plan::Geometry& geometry, const ClassTable& classes,
                    const uint32_t* columns, const uint32_t* rows, const float* thresholds) {
  CudaMap map{};
  map.logits = logits;
  map.columns = {columns, plan.columns.size(), plan.columns.taps};
  map.rows = {rows, plan.rows.size(), plan.rows.taps};
  map.constant = plan.constant;
  map.width = geometry.map_width;
  map.height = geometry.map_height;
  map.crop_x = geometry.map_x;
  map.crop_y = geometry.map_y;
  map.thresholds = thresholds;
  map.ids_known = static_cast<int32_t>(classes.thresholds.size());
  map.hole = Hole(classes.id_of_channel);
  map.background = classes.background_id;
  map.bites = Bites(classes);
  map.id_bytes = 1;
  map.confidence_bytes = 4;
  return map;
}

CudaLaunch CompleteLaunch(CudaPostprocess* batch, int count, const PlaneShape& logits,
                          int widest_tile) {
  batch->channels = static_cast<int32_t>(logits.channels);
  batch->width = static_cast<int32_t>(logits.width);
  batch->height = static_cast<int32_t>(logits.height);
  batch->segment = widest_tile;
  batch->chunk = std::min(batch->channels, kSharedFloats / (kCudaTileHeight * widest_tile));
  int widest = 0, highest = 0, counts = 0;
  for (const CudaMap* map = batch->maps; map != batch->maps + count; ++map) {
    widest = std::max(widest, map->width);
    highest = std::max(highest, map->height);
    if (map->areas != nullptr) counts = std::max(counts, map->ids_known);
  }
  batch->shared_counts = counts <= kCudaSharedCounts ? counts : 0;
  const size_t words =
      static_cast<size_t>(kCudaTileHeight) * batch->chunk * batch->segment + batch->shared_counts;
  return {{Blocks(widest, kCudaTileWidth), Blocks(highest, kCudaTileHeight),
           static_cast<unsigned>(count)},
          {kCudaTileWidth, kCudaTileHeight, 1},
          words * sizeof(uint32_t)};
}

}  // namespace deeplab::postprocess
