// The one ordered list of backends, best first, and the choice among them.
#include "core/error.h"
#include "infer/backend.h"
#include "infer/ort_backend.h"
#include "infer/trt_backend.h"

namespace deeplab::infer {
namespace {

// "onnxruntime (onnx)": every backend of this build and what it runs.
std::string ListBackends() {
  std::string text;
  for (const Backend& backend : Registry()) {
    text += (text.empty() ? "" : ", ") + std::string(backend.name) + " (" + backend.package_format +
            ")";
  }
  return text;
}

std::vector<const Backend*> Serving(const std::string& format) {
  std::vector<const Backend*> serving;
  for (const Backend& backend : Registry()) {
    if (backend.package_format == format) serving.push_back(&backend);
  }
  if (serving.empty()) {
    throw Error(ErrorCode::kBackendUnavailable,
                "No backend of this build runs packages of the format \"" + format +
                    "\". It has: " + ListBackends() + ".",
                {{"found", format}, {"allowed", ListBackends()}});
  }
  return serving;
}

std::string ExplainChoice(const std::string& format, const Availability& taken, size_t candidates,
                          const std::string& passed_over) {
  std::string text = candidates == 1
                         ? "the only backend for " + format + " packages that can run here"
                         : "the first backend for " + format + " packages that can run here";
  text += "; " + taken.reason;
  return passed_over.empty() ? text : text + "; passed over " + passed_over;
}

}  // namespace

const std::vector<Backend>& Registry() {
  static const auto* const backends = new std::vector<Backend>{
      {"onnxruntime", "onnx", ProbeOrt, OpenOrt},
      {"tensorrt", "trt", ProbeTrt, OpenTrt},
  };
  return *backends;
}

std::unique_ptr<Session> Open(const OpenRequest& request, std::string* reason) {
  const std::vector<const Backend*> serving = Serving(request.package_format);
  std::string reasons;
  ErrorDetail tried;
  for (const Backend* backend : serving) {
    Availability found = backend->probe(request.candidates);
    if (found.ok) {
      std::unique_ptr<Session> session = backend->open(request);
      *reason = ExplainChoice(request.package_format, found, serving.size(), reasons);
      const std::string& choice = session->info().choice;
      if (!choice.empty()) *reason += "; " + choice;
      return session;
    }
    reasons += (reasons.empty() ? "" : " ") + found.reason;
    tried.insert(tried.end(), found.tried.begin(), found.tried.end());
  }
  throw Error(ErrorCode::kBackendUnavailable, reasons, tried);
}

}  // namespace deeplab::infer
