// What a model counts of its own work. No lock of its own: the model's guards it.
#pragma once

#include <algorithm>

#include "pipeline/request.h"
#include "pipeline/scheduler.h"

namespace deeplab::pipeline {

// A mean and a maximum that are kept up to date.
class Gauge {
 public:
  void add(double ms) noexcept {
    sum_ += ms;
    max_ = std::max(max_, ms);
    ++count_;
  }
  StageTimes times() const noexcept { return {count_ == 0 ? 0 : sum_ / count_, max_}; }

 private:
  double sum_ = 0, max_ = 0, count_ = 0;
};

class Counters {
 public:
  explicit Counters(int max_batch) : batches_(static_cast<size_t>(max_batch) + 1) {}

  uint64_t submitted = 0;
  uint64_t rejected = 0;
  size_t running = 0;  // images

  // A request was settled.
  void settled(const Request& request) noexcept;
  // An image went through the stages.
  void image(const Timings& timings) noexcept;
  void batch(size_t images, double network_ms) noexcept;
  void write_to(ModelStats* stats) const;

 private:
  uint64_t answered_ = 0, failed_ = 0, aborted_ = 0, expired_ = 0, images_ = 0;
  std::vector<uint64_t> batches_;
  Gauge queue_, preprocess_, network_, postprocess_;
};

}  // namespace deeplab::pipeline
