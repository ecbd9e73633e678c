#include "infer/trt_target.h"

namespace deeplab::infer {

EngineTargetFacts TrtTarget::facts() const {
  return {library->version_text(), device->traits().name, device->traits().capability(),
          cuda::VersionText(device->driver().version)};
}

TrtTarget OpenTrtTarget(const std::vector<LibraryCandidate>& candidates, int ordinal) {
  const cuda::DriverSearch driver = cuda::FindDriver(candidates);
  if (driver.library == nullptr) {
    throw Error(ErrorCode::kBackendUnavailable,
                "Engines are built on the GPU that they run on. " + cuda::DescribeFailure(driver),
                driver.refused);
  }
  const TrtSearch tensorrt = FindTrtLibrary(candidates);
  if (tensorrt.library == nullptr) {
    throw Error(ErrorCode::kBackendUnavailable, DescribeFailure(tensorrt), tensorrt.refused);
  }
  return {tensorrt.library, cuda::Device::Open(*driver.library, ordinal)};
}

EngineTargetFacts FindEngineTarget(const std::vector<LibraryCandidate>& candidates, int ordinal) {
  return OpenTrtTarget(candidates, ordinal).facts();
}

}  // namespace deeplab::infer
