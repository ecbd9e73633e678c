// The search for ONNX Runtime, and the process-wide list of opened libraries.
#include "infer/ort_library.h"

#include <cstdio>

#include "infer/ort_environment.h"

namespace deeplab::infer {
namespace {

Error Refusal(const std::string& reason) { return Error(ErrorCode::kBackendUnavailable, reason); }

const OrtLibrary* OpenOrtLibrary(const std::string& path) {
  static auto* const opened = new OpenedLibraries<OrtLibrary>();  // outlives every thread
  return opened->open(path, [](void* handle, const std::string& named) {
    void* const symbol = FindSymbol(handle, "OrtGetApiBase");
    if (symbol == nullptr) {
      throw Refusal("it is a library, but not ONNX Runtime (it has no OrtGetApiBase)");
    }
    const auto get_base = reinterpret_cast<const OrtApiBase*(DEEPLAB_ORT_CALL*)()>(symbol);
    return std::make_unique<OrtLibrary>(*get_base(), LibraryFile(symbol, named));
  });
}

}  // namespace

bool ParseOrtVersion(const std::string& text, OrtVersion* version) {
  int read = 0;
  const int fields =
      std::sscanf(text.c_str(), "%4d.%4d%n", &version->major, &version->minor, &read);
  if (fields != 2 || version->major < 0 || version->minor < 0) return false;
  const char next = text.c_str()[read];
  return next == '.' || next == '-' || next == '+' || next == '\0';
}

OrtLibrary::OrtLibrary(const OrtApiBase& base, std::string path) : path_(std::move(path)) {
  const char* text = base.GetVersionString();
  version_text_ = text != nullptr ? text : "";
  if (!ParseOrtVersion(version_text_, &version_)) {
    throw Refusal("its version \"" + version_text_ +
                  "\" cannot be read; expected 1.17 or a later 1.x");
  }
  if (version_.major != kOrtMajor || version_.minor < kOrtMinMinor) {
    throw Refusal("it is version " + version_text_ + "; expected 1.17 or a later 1.x");
  }
  // Asked only now: an older library prints a complaint of its own when asked for a newer table.
  const void* table = base.GetApi(kOrtApiVersion);
  if (table == nullptr) {
    throw Refusal("it is version " + version_text_ + " but does not offer API version 17");
  }
  api_ = BindOrtApi(table);
}

OrtEnv* OrtLibrary::environment() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (environment_ == nullptr) environment_ = CreateOrtEnvironment(api_, &log_);
  return environment_;
}

OrtSearch FindOrtLibrary(const std::vector<LibraryCandidate>& candidates) {
  return SearchLibrary<OrtLibrary>(candidates, kOrtLibraryName, OpenOrtLibrary);
}

std::string DescribeFailure(const OrtSearch& search) {
  return DescribeRefusals("ONNX Runtime", search.refused);
}

}  // namespace deeplab::infer
