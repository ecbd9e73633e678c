// The search for TensorRT, and the process-wide list of opened libraries.
#include "infer/trt_library.h"

#include <filesystem>
#include <map>
#include <mutex>

#include "core/native_path.h"
#include "core/shared_library.h"
#include "infer/trt_object.h"

namespace deeplab::infer {
namespace {

Error Refusal(const std::string& reason) { return Error(ErrorCode::kBackendUnavailable, reason); }

// Opened libraries by the loader's handle: one file has one handle, by whatever path it is named.
struct OpenedLibraries {
  std::mutex mutex;
  std::map<void*, std::unique_ptr<TrtLibrary>> by_handle;
};

OpenedLibraries& Opened() {
  static auto* const opened = new OpenedLibraries();  // outlives every thread
  return *opened;
}

TrtFunctions BindTrt(void* library) {
  TrtFunctions functions;
#define DEEPLAB_TRT_BIND(symbol, result, parameters) \
  functions.symbol = reinterpret_cast<result(*) parameters>(FindSymbol(library, #symbol));
  DEEPLAB_TRT_RUNTIME_FUNCTIONS(DEEPLAB_TRT_BIND)
  DEEPLAB_TRT_RUNTIME_OPTIONAL_FUNCTIONS(DEEPLAB_TRT_BIND)
  DEEPLAB_TRT_BUILD_FUNCTIONS(DEEPLAB_TRT_BIND)
#undef DEEPLAB_TRT_BIND
  return functions;
}

TrtVersion CheckedVersion(const TrtFunctions& functions) {
  if (functions.getInferLibVersion == nullptr) {
    throw Refusal("it is a library, but not TensorRT (it has no getInferLibVersion)");
  }
  const TrtVersion version = DecodeTrtVersion(functions.getInferLibVersion());
  const std::string problem = VersionProblem(version);
  if (!problem.empty()) throw Refusal(problem);
  // After the version: an old library is named as such, whatever else it lacks.
  if (functions.createInferRuntime_INTERNAL == nullptr) {
    throw Refusal("it is TensorRT " + VersionText(version) +
                  " but runs no engines (it has no createInferRuntime_INTERNAL)");
  }
  return version;
}

std::string FullVersion(const TrtFunctions& functions, const TrtVersion& version) {
  const std::string text = VersionText(version);
  if (functions.getInferLibBuildVersion == nullptr) return text;
  return text + "." + std::to_string(functions.getInferLibBuildVersion());
}

// What both factories have in common.
template <typename Interface>
std::unique_ptr<Interface> Make(const TrtLibrary& library, void* (*create)(void*, int32_t),
                                const char* what) {
  // From here on TensorRT may call our logger at any time, even while the process leaves.
  PinLibraryOf(reinterpret_cast<const void*>(&Opened));
  // Asked for what it is: that our declarations fit it is our concern, see trt_api_types.h.
  const TrtVersion version = library.version();
  const int32_t number = version.major * 10000 + version.minor * 100 + version.patch;
  trt::ILogger* const logger = &library.log();
  return TakeTrtObject<Interface>(
      "TensorRT " + library.version_text() + " (" + library.path() + ") could not make its " + what,
      [&] { return create(logger, number); });
}

const TrtLibrary* OpenTrtLibrary(const std::string& path) {
  const std::string problem = PathProblem(path);
  if (!problem.empty()) throw Refusal(problem);
  OpenedLibraries& opened = Opened();
  const std::lock_guard<std::mutex> lock(opened.mutex);
  std::string error;
  void* const handle = OpenSharedLibrary(path, &error);
  if (handle == nullptr) throw Refusal(error);
  std::unique_ptr<TrtLibrary>& entry = opened.by_handle[handle];
  if (entry == nullptr) {
    const TrtFunctions functions = BindTrt(handle);
    const std::string file =
        FileOfAddress(reinterpret_cast<const void*>(functions.getInferLibVersion));
    entry = std::make_unique<TrtLibrary>(functions, file.empty() ? path : file);
  }
  return entry.get();
}

}  // namespace

TrtLibrary::TrtLibrary(const TrtFunctions& functions, std::string path)
    : functions_(functions),
      path_(std::move(path)),
      version_(CheckedVersion(functions)),
      version_text_(FullVersion(functions, version_)) {}

std::unique_ptr<trt::IRuntime> TrtLibrary::new_runtime() const {
  return Make<trt::IRuntime>(*this, functions_.createInferRuntime_INTERNAL, "runtime");
}

std::unique_ptr<trt::IBuilder> TrtLibrary::new_builder() const {
  if (!can_build()) {
    throw Refusal("TensorRT " + version_text_ + " (" + path_ +
                  ") cannot build engines: it is a library that only runs them; expected the full "
                  "libnvinfer");
  }
  return Make<trt::IBuilder>(*this, functions_.createInferBuilder_INTERNAL, "builder");
}

TrtSearch FindTrtLibrary(const std::vector<LibraryCandidate>& candidates) {
  TrtSearch search;
  for (const LibraryCandidate& candidate : candidates) {
    if (candidate.library != kTrtLibraryName) continue;
    try {
      search.library = OpenTrtLibrary(candidate.path);
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

std::string DescribeFailure(const TrtSearch& search) {
  if (search.refused.empty()) {
    return "TensorRT cannot be used: no place to look for its library was given.";
  }
  std::string text = "TensorRT cannot be used: none of the places tried has a usable library";
  for (const auto& [origin, reason] : search.refused) {
    text += (&origin == &search.refused.front().first ? ": " : "; ") + origin + ": " + reason;
  }
  return text;
}

}  // namespace deeplab::infer
