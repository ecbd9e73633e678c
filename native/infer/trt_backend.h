// The backend that runs TensorRT engines.
#pragma once

#include <memory>
#include <vector>

#include "infer/backend.h"

namespace deeplab::infer {

Availability ProbeTrt(const std::vector<LibraryCandidate>& candidates);
std::unique_ptr<Session> OpenTrt(const OpenRequest& request);

}  // namespace deeplab::infer
