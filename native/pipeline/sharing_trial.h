// Whether images of different requests gain by sharing a run: found out at work, where no warm-up
// has measured it. No lock of its own: the model's guards it.
#pragma once

#include <algorithm>
#include <cstddef>

#include "plan/plan.h"

namespace deeplab::pipeline {

// A larger batch multiplies everybody's wait and leaves the caches colder for the other stages: it
// has to earn a tenth of an image's time. (512² images in twos gained 6 in 100 in the engine and
// lost 10 end to end.)
constexpr double kWorthSharing = 1.10;

// Tries both: some runs of several images, then some of one; the quickest of each are compared, for
// those are the least disturbed. Where nobody ever waits, it stays open and costs nothing.
class SharingTrial {
 public:
  // Not `open`: there is nothing to find out.
  explicit SharingTrial(bool open) : open_(open) {}

  bool open() const noexcept { return open_; }
  void close() noexcept { open_ = false; }

  // Whether requests should share the next run.
  bool shares() const noexcept { return open_ ? several_.runs < kRuns : pays_; }

  // A run of so many images of one input size took so long. What counts is the size of the first
  // run of several images.
  void ran(size_t images, const plan::Geometry& geometry, double network_ms) noexcept {
    if (!open_) return;
    if (several_.runs == 0 && images > 1) {
      width_ = geometry.input_width;
      height_ = geometry.input_height;
    }
    if (geometry.input_width != width_ || geometry.input_height != height_) return;
    (images > 1 ? several_ : one_).add(network_ms / static_cast<double>(images));
    if (several_.runs < kRuns || one_.runs < kRuns) return;
    open_ = false;
    pays_ = several_.best * kWorthSharing <= one_.best;
  }

 private:
  static constexpr int kRuns = 4;

  struct Runs {
    int runs = 0;
    double best = 0;  // ms an image
    void add(double ms) noexcept {
      best = runs == 0 ? ms : std::min(best, ms);
      ++runs;
    }
  };

  bool open_;
  bool pays_ = true;
  int width_ = 0, height_ = 0;
  Runs one_, several_;
};

}  // namespace deeplab::pipeline
