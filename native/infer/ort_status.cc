// Turns ONNX Runtime's statuses into this project's errors.
#include "infer/ort_status.h"

namespace deeplab::infer {

std::string TakeMessage(const OrtApi& api, OrtStatus* status) {
  const OrtOwned<OrtStatus> owned(status, api.ReleaseStatus);
  return api.GetErrorMessage(owned.get());
}

void CheckOrt(const OrtApi& api, OrtStatus* status, ErrorCode code, const char* what) {
  if (status == nullptr) return;
  const std::string message = TakeMessage(api, status);
  throw Error(code, std::string("ONNX Runtime could not ") + what + ": " + message,
              {{"onnxruntime", message}});
}

}  // namespace deeplab::infer
