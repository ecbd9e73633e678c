// Building an engine.
#pragma once

#include <string>

#include "builder_config.h"
#include "network.h"

namespace deeplab::doubles::trt {

// Whether such an engine can be built on this device; else an error is in the log.
bool IsBuildable(const Network& network, const BuilderConfig& config);

// The plan. Empty: it failed and the log says why, or the progress monitor cancelled it.
std::string BuildPlan(const Network& network, const BuilderConfig& config);

}  // namespace deeplab::doubles::trt
