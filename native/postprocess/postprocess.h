// Post-processing: K planes of logits → one class id and one confidence a pixel, in one pass.
//
//   pad crop · resize (tap tables) → softmax or sigmoid → arg max → background's slot → threshold
//   → place into the map
//
// K full-size planes never exist: an output row is blended from the source rows at the logits' own
// width, and a vector of its pixels at a time is interpolated, compared and finished in registers.
#pragma once

#include <cstdint>
#include <vector>

#include "core/simd.h"
#include "core/tensor.h"
#include "core/thread_pool.h"
#include "plan/plan.h"

namespace deeplab::postprocess {

// From logit channel to class id, and what each id needs to stay. A view: owns nothing.
struct ClassTable {
  const std::vector<uint16_t>& id_of_channel;  // as ChannelIds() makes them
  const std::vector<float>& thresholds;  // by class id; confidence < threshold becomes background
  uint16_t background_id = 0;
};

// Ids for K channels: the one foreground class for K = 1, all but background for K = names − 1,
// else the channel itself.
std::vector<uint16_t> ChannelIds(int channels, int class_count, int background_id);

// Where the results go: dense maps of map_width × map_height, ids 1 or 2 bytes wide. What is null
// is not wanted, and what only that needs is not computed.
struct MapTarget {
  void* ids = nullptr;
  int id_bytes = 1;
  float* confidence = nullptr;
  int64_t* class_areas = nullptr;      // by class id; added to, over the whole map
  const uint16_t* channels = nullptr;  // whose probabilities are wanted …
  int channel_count = 0;
  float* probabilities = nullptr;  // … as planes, one a channel; 0 outside the crop
};

// Writes every pixel of what is wanted (background, 0 and 0 outside the crop) and returns how many
// pixels had non-finite logits: those become background with confidence and probabilities 0. The
// class map does not depend on what else is wanted. `level` is the one that plan.bands is for.
int64_t PostprocessCpu(const ConstPlanes& logits, const plan::PostprocessPlan& plan,
                       const plan::Geometry& geometry, const ClassTable& classes,
                       const MapTarget& target, ThreadPool& pool,
                       SimdLevel level = ActiveSimdLevel());

}  // namespace deeplab::postprocess
