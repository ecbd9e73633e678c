// Post-processing on the CPU: bands of output rows over the pool.

#include <algorithm>
#include <atomic>
#include <string>

#include "core/error.h"
#include "postprocess/band_writer.h"
#include "postprocess/kernel_table.h"
#include "postprocess/postprocess.h"

namespace deeplab::postprocess {
namespace {

// Rows a band: enough for its share of a wake-up (pixels · classes), and for the source rows that
// its neighbours read as well to matter little; as many bands as keep all threads busy to the end.
int64_t BandRows(const plan::Geometry& geometry, int64_t channels, int64_t threads) {
  constexpr int64_t kValuesPerBand = int64_t{1} << 18;
  constexpr int64_t kRowsPerBand = 24;
  const int64_t height = geometry.map_height;
  const int64_t values = channels * geometry.crop.width * geometry.crop.height;
  const int64_t bands = std::min(values / kValuesPerBand, height / kRowsPerBand);
  if (bands < 2) return height;
  const int64_t even = (bands + threads - 1) / threads * threads;
  return (height + even - 1) / even;
}

// The kernels map channels to ids by arithmetic.
void CheckIds(const ClassTable& classes, int64_t channels, const BandContext& context) {
  const std::vector<uint16_t>& ids = classes.id_of_channel;
  for (size_t k = 0; k < ids.size(); ++k) {
    const int32_t channel = static_cast<int32_t>(k);
    if (ids[k] != channel + (channel >= context.mode.hole) || ids[k] >= classes.thresholds.size()) {
      throw Error(ErrorCode::kInternal, "Channel " + std::to_string(k) + " has an unexpected id.");
    }
  }
  if (static_cast<int64_t>(ids.size()) != channels) {
    throw Error(ErrorCode::kInternal, "There are not as many ids as channels.");
  }
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
                       const MapTarget& target, ThreadPool& pool, SimdLevel level) {
  const RowKernels& kernels = KernelsOf(level);
  if (plan.bands.lanes != kernels.lanes) {
    throw Error(ErrorCode::kInternal, "The plan's column bands are for another SIMD level.");
  }
  const BandContext context = MakeContext(logits, plan, geometry, classes, target, kernels);
  CheckIds(classes, logits.shape.channels, context);
  std::atomic<int64_t> non_finite{0};
  pool.parallel_for(
      geometry.map_height, BandRows(geometry, logits.shape.channels, pool.threads()),
      [&](int64_t begin, int64_t end) { non_finite += BandWriter(context).write(begin, end); });
  return non_finite;
}

}  // namespace deeplab::postprocess
