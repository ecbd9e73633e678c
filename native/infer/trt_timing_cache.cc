#include "infer/trt_timing_cache.h"

#include <utility>

#include "core/error.h"
#include "infer/trt_api_runtime.h"
#include "infer/trt_build_files.h"

namespace deeplab::infer {

TrtTimingCache::TrtTimingCache(const trt::IBuilderConfig& config, std::string path,
                               TrtBuildLog& log)
    : path_(std::move(path)), log_(log) {
  if (path_.empty()) return;
  cache_ = read(config);
  was_read_ = cache_ != nullptr && config->setTimingCache(*cache_, false);
  if (was_read_) return;
  if (cache_ != nullptr) {
    log_.warn("The timing cache " + path_ +
              " belongs to another GPU or TensorRT: it is begun anew.");
  }
  cache_.reset(config->createTimingCache(nullptr, 0));
  if (cache_ == nullptr || !config->setTimingCache(*cache_, false)) {
    log_.warn("TensorRT takes no timing cache: the engine is built without one.");
    cache_.reset();
  }
}

std::unique_ptr<trt::ITimingCache> TrtTimingCache::read(const trt::IBuilderConfig& config) {
  try {
    const std::vector<uint8_t> bytes = ReadFileIfThere(path_);
    if (bytes.empty()) return nullptr;
    std::unique_ptr<trt::ITimingCache> cache(config->createTimingCache(bytes.data(), bytes.size()));
    if (cache == nullptr) {
      log_.warn("The timing cache " + path_ + " cannot be used: it is begun anew.");
    }
    return cache;
  } catch (const Error& error) {
    log_.warn(std::string("The timing cache cannot be used: ") + error.what());
    return nullptr;
  }
}

void TrtTimingCache::save(const trt::IBuilderConfig& config) {
  if (cache_ == nullptr) {
    if (!path_.empty()) summary_ = "not used";
    return;
  }
  try {
    write(config);
  } catch (const Error& error) {
    log_.warn(std::string("The timing cache was not kept: ") + error.what());
    summary_ = "not kept";
  }
}

void TrtTimingCache::write(const trt::IBuilderConfig& config) {
  const auto others = read(config);
  if (others != nullptr) (*cache_)->combine(*others, false);
  const std::unique_ptr<trt::IHostMemory> bytes((*cache_)->serialize());
  if (bytes == nullptr) throw Error(ErrorCode::kEngineBuildFailed, "TensorRT did not give it.");
  WriteFileWhole(path_, (*bytes)->data(), (*bytes)->size());
  summary_ = std::string(was_read_ ? "read and extended" : "begun") + ": " +
             std::to_string((*bytes)->size()) + " bytes";
}

}  // namespace deeplab::infer
