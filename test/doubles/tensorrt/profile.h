// Optimization profiles: the range of shapes that an engine is built for.
#pragma once

#include <map>
#include <string>

#include "objects.h"
#include "plan.h"

namespace deeplab::doubles::trt {

class Profile final : public OptimizationProfileDefaults {
 public:
  Profile() = default;

  bool setDimensions(char const* input, OptProfileSelector select,
                     Dims const& dims) noexcept override;
  Dims getDimensions(char const* input, OptProfileSelector select) const noexcept override;
  int32_t getNbShapeValues(char const*) const noexcept override { return -1; }
  bool isValid() const noexcept override;

  // Null: nothing was said about this input.
  const ShapeRange* find(const std::string& input) const;

 private:
  std::map<std::string, ShapeRange> ranges_;
};

using ProfileHandle = Handle<IOptimizationProfile, Profile>;

}  // namespace deeplab::doubles::trt
