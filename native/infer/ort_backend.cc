// Puts library, provider and session together.
#include "infer/ort_backend.h"

#include "infer/ort_device_session.h"
#include "infer/ort_library.h"
#include "infer/ort_model.h"
#include "infer/ort_options.h"
#include "infer/ort_provider.h"
#include "infer/ort_session.h"

namespace deeplab::infer {
namespace {

std::unique_ptr<Session> OnCpu(const OrtLibrary& library, const OpenRequest& request,
                               const std::string& why) {
  const OrtOwned<OrtSessionOptions> options = BuildOrtOptions(library, request.session);
  return std::make_unique<OrtSession>(library, LoadOrtModel(library, request, options.get()),
                                      request.max_batch, ResolveIntraOpThreads(request.session),
                                      why);
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
  const OrtSearch search = FindOrtLibrary(request.candidates);
  if (search.library == nullptr) {
    throw Error(ErrorCode::kBackendUnavailable, DescribeFailure(search), search.refused);
  }
  const OrtLibrary& library = *search.library;
  const OrtChoice choice = ChooseOrtProvider(library, request);
  if (choice.provider == OrtProvider::kCpu) return OnCpu(library, request, choice.reason);
  return std::make_unique<OrtDeviceSession>(library, request, choice);
}

}  // namespace deeplab::infer
