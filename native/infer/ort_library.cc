// The search for ONNX Runtime, and the process-wide list of opened libraries.
#include "infer/ort_library.h"

#include <cstdio>
#include <filesystem>
#include <map>

#include "core/native_path.h"
#include "core/shared_library.h"
#include "infer/ort_environment.h"

namespace deeplab::infer {
namespace {

Error Refusal(const std::string& reason) { return Error(ErrorCode::kBackendUnavailable, reason); }

// Opened libraries by the loader's handle: one file has one handle, by whatever path it is named.
struct OpenedLibraries {
  std::mutex mutex;
  std::map<void*, std::unique_ptr<OrtLibrary>> by_handle;
};

OpenedLibraries& Opened() {
  static auto* const opened = new OpenedLibraries();  // outlives every thread
  return *opened;
}

const OrtLibrary* OpenOrtLibrary(const std::string& path) {
  const std::string problem = PathProblem(path);
  if (!problem.empty()) throw Refusal(problem);
  OpenedLibraries& opened = Opened();
  const std::lock_guard<std::mutex> lock(opened.mutex);
  std::string error;
  void* handle = OpenSharedLibrary(path, &error);
  if (handle == nullptr) throw Refusal(error);
  std::unique_ptr<OrtLibrary>& entry = opened.by_handle[handle];
  if (entry == nullptr) {
    void* symbol = FindSymbol(handle, "OrtGetApiBase");
    if (symbol == nullptr) {
      throw Refusal("it is a library, but not ONNX Runtime (it has no OrtGetApiBase)");
    }
    const auto get_base = reinterpret_cast<const OrtApiBase*(DEEPLAB_ORT_CALL*)()>(symbol);
    const std::string file = FileOfAddress(symbol);
    entry = std::make_unique<OrtLibrary>(*get_base(), file.empty() ? path : file);
  }
  return entry.get();
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
  OrtSearch search;
  for (const LibraryCandidate& candidate : candidates) {
    if (candidate.library != kOrtLibraryName) continue;
    try {
      search.library = OpenOrtLibrary(candidate.path);
      search.origin = candidate.origin;
      return search;
    } catch (const Error& error) {
      AddRefusal(candidate, error.what(), &search.refused);
      std::error_code ignored;
      const bool there = std::filesystem::exists(PathFromUtf8(candidate.path), ignored);
      if (there) AddRefusal(candidate, error.what(), &search.unusable);
    }
  }
  return search;
}

std::string DescribeFailure(const OrtSearch& search) {
  if (search.refused.empty()) {
    return "ONNX Runtime cannot be used: no place to look for its library was given.";
  }
  std::string text = "ONNX Runtime cannot be used: none of the places tried has a usable library";
  for (const auto& [origin, reason] : search.refused) {
    text += (&origin == &search.refused.front().first ? ": " : "; ") + origin + ": " + reason;
  }
  return text;
}

}  // namespace deeplab::infer
