// Puts driver, library and session together.
#include "infer/trt_backend.h"

#include "cuda/driver.h"
#include "infer/device_choice.h"
#include "infer/trt_library.h"
#include "infer/trt_session.h"

namespace deeplab::infer {
namespace {

Availability NoCuda(const cuda::DriverSearch& search) {
  return {false, "TensorRT needs a GPU. " + cuda::DescribeFailure(search), search.refused};
}

std::string DescribeFind(const TrtSearch& search, const cuda::DriverSearch& driver) {
  return "TensorRT " + search.library->version_text() + " (" + search.origin +
         "): " + search.library->path() + "; CUDA " + cuda::VersionText(driver.library->version) +
         " (" + driver.origin + "): " + driver.library->path;
}

}  // namespace

// The driver first: without one TensorRT's factories return garbage.
Availability ProbeTrt(const std::vector<LibraryCandidate>& candidates) {
  try {
    const cuda::DriverSearch driver = cuda::FindDriver(candidates);
    if (driver.library == nullptr) return NoCuda(driver);
    const TrtSearch search = FindTrtLibrary(candidates);
    if (search.library == nullptr) return {false, DescribeFailure(search), search.refused};
    return {true, DescribeFind(search, driver), search.refused};
  } catch (const std::exception& error) {
    return {false, std::string("TensorRT cannot be looked for: ") + error.what(), {}};
  }
}

std::unique_ptr<Session> OpenTrt(const OpenRequest& request) {
  const auto devices = OpenDevices(request, "TensorRT");
  const TrtSearch search = FindTrtLibrary(request.candidates);
  if (search.library == nullptr) {
    throw Error(ErrorCode::kBackendUnavailable, DescribeFailure(search), search.refused);
  }
  return std::make_unique<TrtSession>(*search.library, request, devices);
}

}  // namespace deeplab::infer
