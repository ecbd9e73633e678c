// Finding and opening ONNX Runtime's shared library. An opened library stays for the process; the
// same file is opened once, a different file becomes a second library with an environment of its
// own.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/library_search.h"
#include "infer/ort_api.h"
#include "infer/ort_log.h"

namespace deeplab::infer {

constexpr const char* kOrtLibraryName = "onnxruntime";
// Any 1.x from here on has the API table of kOrtApiVersion.
constexpr int kOrtMajor = 1;
constexpr int kOrtMinMinor = 17;
// The first that looks for external data of a model from bytes in a folder that it is told.
constexpr int kOrtMinMinorForExternalDataOfBytes = 21;

struct OrtVersion {
  int major = 0;
  int minor = 0;
};

// Reads "1.30.0", "1.20.1", "1.19.0-dev". False when the text does not begin like that.
bool ParseOrtVersion(const std::string& text, OrtVersion* version);

// One usable library. Created once per file, never destroyed; safe to use from any thread.
class OrtLibrary {
 public:
  // Checks the version and takes the functions. Throws Error{kBackendUnavailable} with the reason.
  OrtLibrary(const OrtApiBase& base, std::string path);

  const OrtApi& api() const noexcept { return api_; }
  const std::string& path() const noexcept { return path_; }
  const std::string& version_text() const noexcept { return version_text_; }
  OrtVersion version() const noexcept { return version_; }
  OrtLog& log() const noexcept { return log_; }

  // The one environment of this library: made at the first call, never released (its threads and
  // exit handlers are the library's, and sessions may still live while the process leaves).
  OrtEnv* environment() const;

 private:
  OrtApi api_;
  std::string path_;
  std::string version_text_;
  OrtVersion version_;
  mutable OrtLog log_;
  mutable std::mutex mutex_;
  mutable OrtEnv* environment_ = nullptr;
};

using OrtSearch = LibrarySearch<OrtLibrary>;

// Tries the candidates named "onnxruntime" in order and stops at the first usable one.
OrtSearch FindOrtLibrary(const std::vector<LibraryCandidate>& candidates);

// Says that no place has a usable library, and what each place has instead.
std::string DescribeFailure(const OrtSearch& search);

}  // namespace deeplab::infer
