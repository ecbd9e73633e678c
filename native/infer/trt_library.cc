// The search for TensorRT, and the process-wide list of opened libraries.
#include "infer/trt_library.h"

#include "infer/trt_object.h"

namespace deeplab::infer {
namespace {

Error Refusal(const std::string& reason) { return Error(ErrorCode::kBackendUnavailable, reason); }

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
  PinLibraryOf(reinterpret_cast<const void*>(&BindTrt));
  // Asked for what it is: that our declarations fit it is our concern, see trt_api_types.h.
  const TrtVersion version = library.version();
  const int32_t number = version.major * 10000 + version.minor * 100 + version.patch;
  trt::ILogger* const logger = &library.log();
  return TakeTrtObject<Interface>(
      "TensorRT " + library.version_text() + " (" + library.path() + ") could not make its " + what,
      [&] { return create(logger, number); });
}

const TrtLibrary* OpenTrtLibrary(const std::string& path) {
  static auto* const opened = new OpenedLibraries<TrtLibrary>();  // outlives every thread
  return opened->open(path, [](void* handle, const std::string& named) {
    const TrtFunctions functions = BindTrt(handle);
    const auto* const symbol = reinterpret_cast<const void*>(functions.getInferLibVersion);
    return std::make_unique<TrtLibrary>(functions, LibraryFile(symbol, named));
  });
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
  return SearchLibrary<TrtLibrary>(candidates, kTrtLibraryName, OpenTrtLibrary);
}

std::string DescribeFailure(const TrtSearch& search) {
  return DescribeRefusals("TensorRT", search.refused);
}

}  // namespace deeplab::infer
