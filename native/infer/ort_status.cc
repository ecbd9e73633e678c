// Turns ONNX Runtime's statuses into this project's errors.
#include "infer/ort_status.h"

namespace deeplab::infer {

std::string TakeMessage(const OrtApi& api, OrtStatus* status) {
  const OrtOwned<OrtStatus> owned(status, api.ReleaseStatus);
  std::string message = api.GetErrorMessage(owned.get());
  message.erase(message.find_last_not_of(" \r\n") + 1);  // some end in a line break
  return message;
}

void CheckOrt(const OrtApi& api, OrtStatus* status, ErrorCode code, const char* what) {
  if (status == nullptr) return;
  const std::string message = TakeMessage(api, status);
  throw Error(code, std::string("ONNX Runtime could not ") + what + ": " + message,
              {{"onnxruntime", message}});
}

}  // namespace deeplab::infer
