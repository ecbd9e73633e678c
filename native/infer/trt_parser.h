// Finding and opening TensorRT's reader of ONNX, which is a library of its own and lies beside
// libnvinfer. Only building engines needs it. Opened once a file, for the process; any thread.
#pragma once

#include <memory>
#include <string>

#include "infer/trt_api_parser.h"
#include "infer/trt_library.h"

namespace deeplab::infer {

class TrtParserLibrary {
 public:
  struct Functions {
#define DEEPLAB_TRT_MEMBER(symbol, result, parameters) result(*symbol) parameters = nullptr;
    DEEPLAB_TRT_PARSER_FUNCTIONS(DEEPLAB_TRT_MEMBER)
#undef DEEPLAB_TRT_MEMBER
  };

  // Throws Error{kBackendUnavailable} with the reason when it is another interface than ours.
  TrtParserLibrary(const Functions& functions, std::string path);

  const std::string& path() const noexcept { return path_; }

  // A parser that fills `network`; it must outlive the build. Throws Error{kBackendUnavailable}
  // with the parser's own words.
  std::unique_ptr<trt::IParser> new_parser(trt::INetworkDefinition& network, TrtLog& log) const;

 private:
  const Functions functions_;
  const std::string path_;
};

// The parser of this TensorRT: beside its file, else where the system's loader finds it. Throws
// Error{kBackendUnavailable} that says of both why not.
const TrtParserLibrary& OpenTrtParser(const TrtLibrary& library);

}  // namespace deeplab::infer
