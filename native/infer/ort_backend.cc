// Puts library, device and session together.
#include "infer/ort_backend.h"

#include "infer/ort_library.h"
#include "infer/ort_model.h"
#include "infer/ort_options.h"
#include "infer/ort_session.h"

namespace deeplab::infer {
namespace {

void CheckDevice(const std::string& device) {
  if (device == "auto" || device == "cpu") return;
  throw Error(
      ErrorCode::kDeviceUnavailable,
      "The device \"" + device +
          "\" cannot be used: this build runs ONNX Runtime on the CPU. Pass device: \"cpu\" "
          "or \"auto\".",
      {{"found", device}, {"allowed", "cpu, auto"}, {"backend", kOrtLibraryName}});
}

std::string DescribeFind(const OrtSearch& search) {
  std::string text = "ONNX Runtime " + search.library->version_text() + " (" + search.origin +
                     "): " + search.library->path();
  for (const auto& [origin, reason] : search.unusable) {
    text += "; passed over " + origin + ": " + reason;
  }
  return text;
}

}  // namespace

Availability ProbeOrt(const std::vector<LibraryCandidate>& candidates) {
  try {
    const OrtSearch search = FindOrtLibrary(candidates);
    if (search.library != nullptr) return {true, DescribeFind(search), search.refused};
    return {false, DescribeFailure(search), search.refused};
  } catch (const std::exception& error) {
    return {false, std::string("ONNX Runtime cannot be looked for: ") + error.what(), {}};
  }
}

std::unique_ptr<Session> OpenOrt(const OpenRequest& request) {
  CheckDevice(request.device);
  const OrtSearch search = FindOrtLibrary(request.candidates);
  if (search.library == nullptr) {
    throw Error(ErrorCode::kBackendUnavailable, DescribeFailure(search), search.refused);
  }
  OrtModel model = LoadOrtModel(*search.library, request);
  return std::make_unique<OrtSession>(*search.library, std::move(model), request.max_batch,
                                      ResolveIntraOpThreads(request.session));
}

}  // namespace deeplab::infer
