// Creates the session and has its ends checked.
#include "infer/ort_model.h"

#include "infer/ort_external_data.h"
#include "infer/ort_options.h"
#include "infer/ort_ports.h"

namespace deeplab::infer {
namespace {

OrtOwned<OrtModelSession> Load(const OrtLibrary& library, const OpenRequest& request) {
  const OrtApi& api = library.api();
  OrtEnv* environment = library.environment();
  const OrtOwned<OrtSessionOptions> options = BuildOrtOptions(library, request.session);
  const bool from_bytes = request.weights_size > 0;
  OrtModelSession* created = nullptr;
  OrtStatus* status = nullptr;
  if (from_bytes) {
    PrepareExternalData(library, request, options.get());
    status = api.CreateSessionFromArray(environment, request.weights_bytes, request.weights_size,
                                        options.get(), &created);
  } else {
    status = api.CreateSession(environment, NativePath(request.weights_path).c_str(), options.get(),
                               &created);
  }
  OrtOwned<OrtModelSession> session(created, api.ReleaseSession);
  if (status == nullptr) return session;
  const std::string message = TakeMessage(api, status);
  throw Error(ErrorCode::kPackageWeightsInvalid,
              "ONNX Runtime " + library.version_text() + " could not load the model: " + message,
              {{"path", request.weights_path},
               {"source", from_bytes ? "bytes in memory" : "file"},
               {"onnxruntime", message}});
}

}  // namespace

OrtModel LoadOrtModel(const OrtLibrary& library, const OpenRequest& request) {
  OrtOwned<OrtModelSession> session = Load(library, request);
  OrtPorts ports = ReadOrtPorts(library.api(), session.get(), request.weights_path);
  return {std::move(session), std::move(ports)};
}

}  // namespace deeplab::infer
