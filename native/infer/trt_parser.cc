#include "infer/trt_parser.h"

#include <filesystem>

#include "core/library_search.h"
#include "infer/trt_object.h"

namespace deeplab::infer {
namespace {

#if defined(_WIN32)
constexpr const char* kParserFile = "nvonnxparser_10.dll";
#else
constexpr const char* kParserFile = "libnvonnxparser.so.10";
#endif

Error Refusal(const std::string& reason) { return Error(ErrorCode::kBackendUnavailable, reason); }

TrtParserLibrary::Functions BindParser(void* library) {
  TrtParserLibrary::Functions functions;
#define DEEPLAB_TRT_BIND(symbol, result, parameters)                                          \
  functions.symbol = reinterpret_cast<result(*) parameters>(FindSymbol(library, #symbol));    \
  if (functions.symbol == nullptr) {                                                          \
    throw Refusal("it is a library, but not TensorRT's ONNX parser (it has no " #symbol ")"); \
  }
  DEEPLAB_TRT_PARSER_FUNCTIONS(DEEPLAB_TRT_BIND)
#undef DEEPLAB_TRT_BIND
  return functions;
}

const TrtParserLibrary* OpenFile(const std::string& path) {
  static auto* const opened = new OpenedLibraries<TrtParserLibrary>();  // outlives every thread
  return opened->open(path, [](void* handle, const std::string& named) {
    const TrtParserLibrary::Functions functions = BindParser(handle);
    const auto* const symbol = reinterpret_cast<const void*>(functions.getNvOnnxParserVersion);
    return std::make_unique<TrtParserLibrary>(functions, LibraryFile(symbol, named));
  });
}

std::string Beside(const std::string& library) {
  const std::filesystem::path file = PathFromUtf8(library);
  return file.has_parent_path() ? (file.parent_path() / kParserFile).u8string() : kParserFile;
}

}  // namespace

TrtParserLibrary::TrtParserLibrary(const Functions& functions, std::string path)
    : functions_(functions), path_(std::move(path)) {
  const int version = functions_.getNvOnnxParserVersion();
  if (version == trt::kParserVersion) return;
  throw Refusal("its interface has the number " + std::to_string(version) + "; expected " +
                std::to_string(trt::kParserVersion) + ", TensorRT 10's");
}

std::unique_ptr<trt::IParser> TrtParserLibrary::new_parser(trt::INetworkDefinition& network,
                                                           TrtLog& log) const {
  return TakeTrtObject<trt::IParser>(
      "TensorRT's ONNX parser (" + path_ + ") could not be made", [&] {
        return functions_.createNvOnnxParser_INTERNAL(&network, static_cast<trt::ILogger*>(&log),
                                                      trt::kParserVersion);
      });
}

const TrtParserLibrary& OpenTrtParser(const TrtLibrary& library) {
  ErrorDetail refused;
  for (const LibraryCandidate& place :
       {LibraryCandidate{"nvonnxparser", "beside libnvinfer", Beside(library.path())},
        LibraryCandidate{"nvonnxparser", "the system's loader", kParserFile}}) {
    try {
      return *OpenFile(place.path);
    } catch (const Error& error) {
      AddRefusal(place, error.what(), &refused);
    }
  }
  std::string text = "TensorRT " + library.version_text() + " (" + library.path() +
                     ") cannot read ONNX: none of the places tried has a usable " + kParserFile;
  for (const auto& [origin, reason] : refused) text += "; " + origin + ": " + reason;
  throw Error(ErrorCode::kBackendUnavailable, text, refused);
}

}  // namespace deeplab::infer
