// The finished plan of one image: geometry and the tap tables of both directions. Pure, immutable,
// shared between requests; PlanCache keeps the last few shapes, as cameras send the same one.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <utility>

#include "plan/column_bands.h"
#include "plan/config.h"
#include "plan/geometry.h"
#include "plan/taps.h"

namespace deeplab::plan {

// Image → network input.
struct PreprocessPlan {
  Geometry geometry;
  FixedTaps columns;       // placed.width entries over used.width pixels
  FixedTaps rows;          // placed.height entries over used.height pixels
  bool same_size = false;  // nothing is resized
  bool grayscale = false;
  Contrast contrast = Contrast::kNone;
};

// Logits → maps.
struct PostprocessPlan {
  LinearTaps columns;  // crop.width entries over the width of the session's logits
  LinearTaps rows;     // crop.height entries over their height
  ColumnBands bands;   // the columns once more, for the vectors of ActiveSimdLevel()
  float constant = 0;  // what surrounds the logits where the window reaches over them
};

PreprocessPlan MakePreprocessPlan(const ModelConfig& config, const Overrides& overrides,
                                  int source_width, int source_height);

// From the session's logits. Pads and sizes are those of the network as the package has it: a cut
// head is put back first. Throws Error{kImageTooThin} when the pads leave no logits.
PostprocessPlan MakePostprocessPlan(const Geometry& geometry, const ModelConfig& config,
                                    int logits_width, int logits_height);

// Last-used first list of values by key, for a handful of entries; any thread.
template <typename Key, typename Value>
class SmallCache {
 public:
  explicit SmallCache(size_t capacity) : capacity_(capacity) {}

  // `make()` is called for a key that is not there; a hit allocates nothing.
  template <typename Make>
  std::shared_ptr<const Value> get(const Key& key, const Make& make) {
    {
      std::lock_guard lock(mutex_);
      for (auto it = entries_.begin(); it != entries_.end(); ++it) {
        if (!(it->first == key)) continue;
        entries_.splice(entries_.begin(), entries_, it);
        return it->second;
      }
    }
    auto value = std::make_shared<const Value>(make());  // outside the lock: it takes a while
    std::lock_guard lock(mutex_);
    entries_.emplace_front(key, value);
    if (entries_.size() > capacity_) entries_.pop_back();
    return value;
  }

 private:
  const size_t capacity_;
  std::mutex mutex_;
  std::list<std::pair<Key, std::shared_ptr<const Value>>> entries_;
};

// Plans of one ModelConfig.
class PlanCache {
 public:
  explicit PlanCache(const ModelConfig& config) : config_(config) {}

  const ModelConfig& config() const noexcept { return config_; }
  std::shared_ptr<const PreprocessPlan> preprocess(const Overrides& overrides, int width,
                                                   int height);
  std::shared_ptr<const PostprocessPlan> postprocess(const Geometry& geometry, int logits_width,
                                                     int logits_height);

 private:
  struct Key {
    int values[12];
    bool operator==(const Key& other) const noexcept;
  };
  static constexpr size_t kCapacity = 16;

  const ModelConfig config_;
  SmallCache<Key, PreprocessPlan> preprocess_{kCapacity};
  SmallCache<Key, PostprocessPlan> postprocess_{kCapacity};
};

}  // namespace deeplab::plan
