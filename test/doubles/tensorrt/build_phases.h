// What the progress monitor is told of a build, and where builds can be made to go wrong.
#pragma once

#include <NvInfer.h>

#include <vector>

#include "state.h"

namespace deeplab::doubles::trt {

// The phases of one build; they nest.
class Progress {
 public:
  Progress(nvinfer1::IProgressMonitor* monitor, const Settings& settings)
      : monitor_(monitor), settings_(settings) {}

  bool cancelled() const noexcept { return cancelled_; }

  class Phase {
   public:
    Phase(Progress* progress, const char* name, int32_t steps);
    ~Phase();
    Phase(const Phase&) = delete;
    Phase& operator=(const Phase&) = delete;
    // False: the build is cancelled. `takes_time`: as long as the settings say.
    bool step(bool takes_time);
    // As the settings want it; false as above, or where the build fails.
    bool go_wrong();

   private:
    bool tell(int32_t step);
    Progress* const progress_;
    const char* const name_;
    int32_t done_ = 0;
  };

 private:
  nvinfer1::IProgressMonitor* const monitor_;  // may be null
  const Settings& settings_;
  std::vector<const char*> open_;
  bool cancelled_ = false;
};

}  // namespace deeplab::doubles::trt
