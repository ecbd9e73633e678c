// NativeModelSpec (lib/native.ts) → what infer/ and plan/ take.
#pragma once

#include <napi.h>

#include <vector>

#include "infer/backend.h"
#include "infer/weights.h"
#include "pipeline/scheduler.h"
#include "plan/config.h"

namespace deeplab::addon {

struct ModelSpec {
  infer::OpenRequest open;
  std::vector<infer::WeightsPart> parts;  // empty: the file as it is
  pipeline::SchedulerOptions scheduler;
  plan::ModelConfig config;
  bool allow_class_mismatch = false;
  int64_t weights_byte_length = 0;  // what the garbage collector is told of
};

ModelSpec ReadModelSpec(Napi::Object spec);
std::vector<infer::WeightsPart> ReadParts(Napi::Array list);
std::vector<LibraryCandidate> ReadCandidates(Napi::Array list);

}  // namespace deeplab::addon
