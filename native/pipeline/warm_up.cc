#include "pipeline/warm_up.h"

#include <algorithm>

#include "pipeline/lane.h"
#include "pipeline/sharing_trial.h"

namespace deeplab::pipeline {
namespace {

std::vector<int> SizesToMeasure(const infer::BatchLimits& limits) {
  std::vector<int> sizes;
  for (int size = 1; size < limits.max_batch; size *= 2) {
    if (size >= limits.min_batch) sizes.push_back(size);
  }
  sizes.push_back(limits.max_batch);
  return sizes;
}

double Median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

BatchProfile MeasureBatches(Batch& batch, const infer::BatchLimits& limits, const WarmUp& warm_up,
                            const std::function<bool()>& goes_on) {
  const std::vector<int> sizes = SizesToMeasure(limits);
  std::vector<std::vector<double>> times(sizes.size());
  for (int round = 0; round <= warm_up.rounds; ++round) {
    for (size_t i = 0; i < sizes.size(); ++i) {
      if (!goes_on()) return {};
      const double ms = batch.run_on_zeros(sizes[i], warm_up.input_height, warm_up.input_width);
      if (round > 0) times[i].push_back(ms / sizes[i]);
    }
  }
  BatchProfile profile;
  profile.input_width = warm_up.input_width;
  profile.input_height = warm_up.input_height;
  for (size_t i = 0; i < sizes.size(); ++i) profile.entries.push_back({sizes[i], Median(times[i])});
  return profile;
}

BatchRule RuleFrom(const BatchProfile& profile, const infer::BatchLimits& limits) {
  double quickest = profile.entries.front().ms_per_image;
  for (const auto& entry : profile.entries) quickest = std::min(quickest, entry.ms_per_image);
  for (const auto& entry : profile.entries) {
    if (entry.ms_per_image <= quickest * kWorthSharing) return {entry.batch, entry.batch};
  }
  return {limits.max_batch, limits.max_batch};
}

void Model::measure(Lane& lane) {
  Request& request = *lane.batch->units.front().request;
  try {
    BatchProfile profile =
        MeasureBatches(*lane.batch, limits(), request.warm_up, [&] { return goes_on(request); });
    if (!profile.measured()) return;
    std::lock_guard lock(mutex_);
    rule_ = RuleFrom(profile, limits());
    trial_.close();
    profile_ = std::move(profile);
  } catch (...) {
    request.error = Describe(std::current_exception());
  }
}

bool Model::goes_on(const Request& request) {
  std::lock_guard lock(mutex_);
  return !request.cancel_error && !stop_;
}

}  // namespace deeplab::pipeline
