#include "pipeline/unit_steps.h"

#include <algorithm>
#include <string>

namespace deeplab::pipeline {

bool AllFailed(const std::vector<Unit>& units) noexcept {
  return std::all_of(units.begin(), units.end(),
                     [](const Unit& unit) { return unit.result().error.has_value(); });
}

postprocess::ClassTable ClassesOf(const Unit& unit) {
  const Package& package = *unit.request->package;
  return {package.id_of_channel, unit.request->options.thresholds,
          static_cast<uint16_t>(package.plans.config().background_id)};
}

void RefuseNonFinite(const Unit& unit) {
  const int64_t pixels = unit.result().non_finite;
  if (pixels == 0 || !unit.request->options.strict) return;
  throw Error(ErrorCode::kNonFiniteLogits,
              std::to_string(pixels) + " pixels have logits that are not finite numbers.",
              {{"index", std::to_string(unit.index)}, {"nonFinitePixels", std::to_string(pixels)}});
}

}  // namespace deeplab::pipeline
