// What a handle needs beside the shared model: its package's plans and the meaning of the channels.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "infer/backend.h"
#include "plan/plan.h"

namespace deeplab::pipeline {

struct Package {
  Package(const plan::ModelConfig& config, const infer::SessionInfo& session,
          bool allow_class_mismatch);

  // Thread-safe; mutable because a cache fills while it is read.
  mutable plan::PlanCache plans;
  std::vector<uint16_t> id_of_channel;
  int id_count;  // class ids that maps can hold: max(names, K)
  int id_bytes;  // 1 up to 256 ids, else 2
};

}  // namespace deeplab::pipeline
