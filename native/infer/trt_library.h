// Finding and opening TensorRT's shared library. An opened library stays for the process; the same
// file is opened once.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/library_search.h"
#include "infer/trt_api_build.h"
#include "infer/trt_api_runtime.h"
#include "infer/trt_log.h"
#include "infer/trt_version.h"

namespace deeplab::infer {

constexpr const char* kTrtLibraryName = "tensorrt";  // LibraryCandidate::library

// The library's functions, each by the symbol that it has there. Null: the library has none, which
// is allowed only of those said so.
struct TrtFunctions {
#define DEEPLAB_TRT_MEMBER(symbol, result, parameters) result(*symbol) parameters = nullptr;
  DEEPLAB_TRT_RUNTIME_FUNCTIONS(DEEPLAB_TRT_MEMBER)
  DEEPLAB_TRT_RUNTIME_OPTIONAL_FUNCTIONS(DEEPLAB_TRT_MEMBER)
  DEEPLAB_TRT_BUILD_FUNCTIONS(DEEPLAB_TRT_MEMBER)  // the lean library has none
#undef DEEPLAB_TRT_MEMBER
};

// One usable library. Created once per file, never destroyed; safe to use from any thread.
class TrtLibrary {
 public:
  // Checks the version. Throws Error{kBackendUnavailable} with the reason.
  TrtLibrary(const TrtFunctions& functions, std::string path);
  TrtLibrary(const TrtLibrary&) = delete;
  TrtLibrary& operator=(const TrtLibrary&) = delete;

  const std::string& path() const noexcept { return path_; }
  TrtVersion version() const noexcept { return version_; }
  // "10.14.1", and the build where the library tells: "10.14.1.48".
  const std::string& version_text() const noexcept { return version_text_; }
  TrtLog& log() const noexcept { return log_; }
  bool can_build() const noexcept { return functions_.createInferBuilder_INTERNAL != nullptr; }

  // To be called only where CUDA is known to work: without a driver TensorRT may end the process.
  // Throws Error{kBackendUnavailable} with TensorRT's own words.
  std::unique_ptr<trt::IRuntime> new_runtime() const;
  std::unique_ptr<trt::IBuilder> new_builder() const;

 private:
  const TrtFunctions functions_;
  const std::string path_;
  const TrtVersion version_;
  std::string version_text_;
  mutable TrtLog log_;
};

using TrtSearch = LibrarySearch<TrtLibrary>;

// Tries the candidates named "tensorrt" in order and stops at the first usable one. Touches no GPU.
// A place that was refused is tried again by the next search.
TrtSearch FindTrtLibrary(const std::vector<LibraryCandidate>& candidates);

// Says that no place has a usable library, and what each has instead.
std::string DescribeFailure(const TrtSearch& search);

}  // namespace deeplab::infer
