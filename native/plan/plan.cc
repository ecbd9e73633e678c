#include "plan/plan.h"

#include <algorithm>
#include <string>

#include "core/error.h"
#include "core/simd.h"
#include "plan/head.h"

namespace deeplab::plan {

PreprocessPlan MakePreprocessPlan(const ModelConfig& config, const Overrides& overrides,
                                  int source_width, int source_height) {
  PreprocessPlan plan;
  plan.geometry = ComputeGeometry(config, overrides, source_width, source_height);
  const Geometry& g = plan.geometry;
  plan.columns = ComputeFixedTaps(g.used.width, g.placed.width);
  plan.rows = ComputeFixedTaps(g.used.height, g.placed.height);
  plan.same_size = g.used.width == g.placed.width && g.used.height == g.placed.height;
  plan.grayscale = config.grayscale && !overrides.disable_grayscale;
  plan.contrast = overrides.disable_contrast ? Contrast::kNone : config.contrast;
  return plan;
}

PostprocessPlan MakePostprocessPlan(const Geometry& g, const ModelConfig& config, int logits_width,
                                    int logits_height) {
  const Head& head = config.head;
  const int width = head.cut ? HeadOutputSize(HeadColumns(head), logits_width) : logits_width;
  const int height = head.cut ? HeadOutputSize(HeadRows(head), logits_height) : logits_height;
  const Window x = LogitsWindow(width, g.input_width, g.pad_left, g.pad_right);
  const Window y = LogitsWindow(height, g.input_height, g.pad_top, g.pad_bottom);
  if (x.end <= x.start || y.end <= y.start) {
    throw Error(ErrorCode::kImageTooThin, "The image is so thin that none of the network's " +
                                              std::to_string(width) + "×" + std::to_string(height) +
                                              " logits shows it.");
  }
  PostprocessPlan plan;
  plan.columns = ComputeLinearTaps(width, x.start, x.end, g.crop.width);
  plan.rows = ComputeLinearTaps(height, y.start, y.end, g.crop.height);
  if (head.cut) {
    plan.columns =
        Compose(plan.columns, ComputeHeadTaps(HeadColumns(head), logits_width), logits_width);
    plan.rows = Compose(plan.rows, ComputeHeadTaps(HeadRows(head), logits_height), logits_height);
  }
  plan.bands = ComputeColumnBands(plan.columns, FloatLanes(ActiveSimdLevel()));
  plan.constant = static_cast<float>(config.background_id);
  return plan;
}

bool PlanCache::Key::operator==(const Key& other) const noexcept {
  return std::equal(std::begin(values), std::end(values), std::begin(other.values));
}

std::shared_ptr<const PreprocessPlan> PlanCache::preprocess(const Overrides& overrides, int width,
                                                            int height) {
  const Key key{{width, height, overrides.disable_static_crop, overrides.disable_grayscale,
                 overrides.disable_contrast}};
  return preprocess_.get(key,
                         [&] { return MakePreprocessPlan(config_, overrides, width, height); });
}

std::shared_ptr<const PostprocessPlan> PlanCache::postprocess(const Geometry& g, int logits_width,
                                                              int logits_height) {
  const Key key{{g.crop.width, g.crop.height, g.input_width, g.input_height, g.pad_left, g.pad_top,
                 g.pad_right, g.pad_bottom, logits_width, logits_height}};
  return postprocess_.get(
      key, [&] { return MakePostprocessPlan(g, config_, logits_width, logits_height); });
}

}  // namespace deeplab::plan
