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

// Tries both: some runs that requests share, then some that each has for itself; the quickest of
// each are compared, for those are the least disturbed. Where nobody ever waits, it stays open and
// costs nothing.
class SharingTrial {
 public:
  // Not `open`: there is nothing to find out.
  explicit SharingTrial(bool open) : open_(open) {}

  bool open() const noexcept { return open_; }
  void close() noexcept { open_ = false; }

  // Whether requests should share the next run.
  bool shares() const noexcept { return open_ ? shared_.runs < kRuns : pays_; }

  // A run of so many images, of one request or of several, took so long. Sizes of input are not
  // compared with each other: another one begins the trial anew.
  void ran(size_t images, bool shared, const plan::Geometry& geometry, double network_ms) noexcept {
    if (!open_) return;
    if (geometry.input_width != width_ || geometry.input_height != height_) {
      width_ = geometry.input_width;
      height_ = geometry.input_height;
      shared_ = alone_ = {};
    }
    // Runs before the first shared one may have been those of a cold model.
    if (!shared && shared_.runs == 0) return;
    (shared ? shared_ : alone_).add(network_ms / static_cast<double>(images));
    if (shared_.runs < kRuns || alone_.runs < kRuns) return;
    open_ = false;
    pays_ = shared_.best * kWorthSharing <= alone_.best;
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
  Runs shared_, alone_;
};

}  // namespace deeplab::pipeline
