#include "profile.h"

#include "engine.h"
#include "log.h"
#include "state.h"

namespace deeplab::doubles::trt {
namespace {

constexpr ShapeRange kNothing{kNoDims, kNoDims, kNoDims};

// Whether no extent of `less` is above that of `more`; what is not known yet is in order.
bool IsInOrder(const Dims& less, const Dims& more) {
  if (less.nbDims < 0 || more.nbDims < 0) return true;
  if (less.nbDims != more.nbDims) return false;
  for (int i = 0; i < less.nbDims; ++i) {
    if (less.d[i] > more.d[i]) return false;
  }
  return true;
}

bool IsInOrder(const ShapeRange& range) {
  return IsInOrder(range[0], range[1]) && IsInOrder(range[1], range[2]) &&
         IsInOrder(range[0], range[2]);
}

}  // namespace

bool Profile::setDimensions(char const* input, OptProfileSelector select,
                            Dims const& dims) noexcept {
  const char* const method = "IOptimizationProfile::setDimensions";
  if (MustFail("setDimensions")) return false;
  if (input == nullptr) return LogUsage(method, "inputName != nullptr"), false;
  const auto [at, added] = ranges_.insert({input, kNothing});
  ShapeRange changed = at->second;
  changed[static_cast<size_t>(select)] = dims;
  if (!IsStatic(dims) || !IsInOrder(changed)) {
    LogUsage(method,
             "std::all_of(dims.d, dims.d + dims.nbDims, [](int32_t x) { return x >= 0; }) "
             "and kMIN <= kOPT <= kMAX. Dimensions " +
                 DimsText(dims) + " of " + input);
    return false;
  }
  at->second = changed;
  return true;
}

Dims Profile::getDimensions(char const* input, OptProfileSelector select) const noexcept {
  const ShapeRange* const range = input != nullptr ? find(input) : nullptr;
  return range != nullptr ? (*range)[static_cast<size_t>(select)] : kNoDims;
}

bool Profile::isValid() const noexcept {
  for (const auto& [input, range] : ranges_) {
    if (!IsInOrder(range)) return false;
    for (const Dims& dims : range) {
      if (dims.nbDims < 0) return false;
    }
  }
  return true;
}

const ShapeRange* Profile::find(const std::string& input) const {
  const auto found = ranges_.find(input);
  return found != ranges_.end() ? &found->second : nullptr;
}

}  // namespace deeplab::doubles::trt
