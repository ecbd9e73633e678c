// One inference as the device's streams run it: once, or at every replay of a graph.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "engine.h"

namespace deeplab::doubles::trt {

// Where it reads and writes; the engine's tensors in their order.
struct JobParameters {
  DimsList dims;
  std::vector<uint64_t> addresses;
  uint64_t activations = 0;
  size_t activation_bytes = 0;

  bool operator==(const JobParameters& other) const;
};

// Never freed: a graph that outlives its context may still run it, which is found out then.
class Job {
 public:
  Job(std::shared_ptr<const EngineCore> core, JobParameters parameters)
      : core_(std::move(core)), parameters_(std::move(parameters)) {}

  const JobParameters& parameters() const noexcept { return parameters_; }
  // Its context goes.
  void retire();
  // As a stream calls it, with a Job.
  static void Run(void* job);

 private:
  void run(const EngineCore& core) const;

  std::mutex mutex_;
  std::shared_ptr<const EngineCore> core_;  // null: its context is gone
  int running_ = 0;
  const JobParameters parameters_;
};

}  // namespace deeplab::doubles::trt
