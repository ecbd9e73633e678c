// What TensorRT measured while it built, kept in a file for later builds: of its kernels on this
// kind of GPU. A cache is never worth an engine: whatever is wrong with it is said and done
// without.
#pragma once

#include <memory>
#include <string>

#include "infer/trt_api_build.h"
#include "infer/trt_progress.h"

namespace deeplab::infer {

// Made for one config; lives until its build is over.
class TrtTimingCache {
 public:
  // Gives the config what the file holds, or an empty cache. `path` empty: does nothing.
  TrtTimingCache(const trt::IBuilderConfig& config, std::string path, TrtBuildLog& log);

  // After the build: writes what is known now, together with what others wrote meanwhile.
  void save(const trt::IBuilderConfig& config);

  // "read and extended: 123 kB", for the report.
  const std::string& summary() const noexcept { return summary_; }

 private:
  std::unique_ptr<trt::ITimingCache> read(const trt::IBuilderConfig& config);
  void write(const trt::IBuilderConfig& config);

  const std::string path_;
  TrtBuildLog& log_;
  std::unique_ptr<trt::ITimingCache> cache_;  // the config only refers to it
  bool was_read_ = false;
  std::string summary_;
};

}  // namespace deeplab::infer
