// Creates the session and has its ends checked.
#include "infer/ort_model.h"

#include "infer/ort_external_data.h"
#include "infer/ort_ports.h"

namespace deeplab::infer {
namespace {

// A failure while the providers took the graph, not one of the model itself.
bool IsProviderFailure(const OrtApi& api, const OrtStatus* status) {
  const int32_t code = api.GetErrorCode(status);
  return code == kOrtErrorRuntimeException || code == kOrtErrorProviderFailed;
}

OrtOwned<OrtModelSession> Load(const OrtLibrary& library, const OpenRequest& request,
                               OrtSessionOptions* options) {
  const OrtApi& api = library.api();
  OrtEnv* environment = library.environment();
  const bool from_bytes = request.weights_size > 0;
  OrtModelSession* created = nullptr;
  OrtStatus* status = nullptr;
  if (from_bytes) {
    PrepareExternalData(library, request, options);
    status = api.CreateSessionFromArray(environment, request.weights_bytes, request.weights_size,
                                        options, &created);
  } else {
    status =
        api.CreateSession(environment, NativePath(request.weights_path).c_str(), options, &created);
  }
  OrtOwned<OrtModelSession> session(created, api.ReleaseSession);
  if (status == nullptr) return session;
  const ErrorCode code = IsProviderFailure(api, status) ? ErrorCode::kBackendFailed
                                                        : ErrorCode::kPackageWeightsInvalid;
  const std::string message = TakeMessage(api, status);
  throw Error(code,
              "ONNX Runtime " + library.version_text() + " could not load the model: " + message,
              {{"path", request.weights_path},
               {"source", from_bytes ? "bytes in memory" : "file"},
               {"onnxruntime", message}});
}

}  // namespace

OrtModel LoadOrtModel(const OrtLibrary& library, const OpenRequest& request,
                      OrtSessionOptions* options) {
  OrtOwned<OrtModelSession> session = Load(library, request, options);
  OrtPorts ports = ReadOrtPorts(library.api(), session.get(), request.weights_path);
  return {std::move(session), std::move(ports)};
}

}  // namespace deeplab::infer
