// Own declarations of TensorRT 10's C++ interface, part 5: reading ONNX (libnvonnxparser). Its
// objects are not made like the others: the table is the object's own, and the destructor is in the
// middle of it.
#pragma once

#include "infer/trt_api_build.h"

namespace deeplab::infer::trt {

// Flags are bits: 1 << value.
#define DEEPLAB_TRT_PARSER_FLAGS(X) X(kNativeInstanceNorm, kNATIVE_INSTANCENORM, 0)
enum class OnnxParserFlag : int32_t { DEEPLAB_TRT_PARSER_FLAGS(DEEPLAB_TRT_ENUMERATOR) };

// The version that the parser is asked for: 0.1.0.
constexpr int32_t kParserVersion = 100;

// The parser owns it. `code` is a number of its own list, for messages only.
class IParserError {
 public:
  // 0
  virtual int32_t code() const = 0;
  virtual const char* desc() const = 0;
  virtual const char* file() const = 0;
  virtual int line() const = 0;
  virtual const char* func() const = 0;
  virtual int node() const = 0;
  virtual const char* nodeName() const = 0;
  virtual const char* nodeOperator() const = 0;

 protected:
  ~IParserError() = default;
};

// Fills the network that it was made for, and must live until that network was built: the network's
// weights are the parser's.
class IParser {
 public:
  // 0: `path` is where external data is looked for; null when there is none.
  virtual bool parse(const void* model, size_t size, const char* path) noexcept = 0;
  virtual bool parseFromFile(const char* file, int verbosity) noexcept = 0;
  DEEPLAB_TRT_SKIP2(2, 3);
  // 4
  virtual bool supportsOperator(const char* operation) const noexcept = 0;
  virtual int getNbErrors() const noexcept = 0;
  virtual const IParserError* getError(int index) const noexcept = 0;
  virtual void clearErrors() noexcept = 0;
  // 8 and 9
  virtual ~IParser() noexcept = default;
  DEEPLAB_TRT_SKIP(10);
  // 11
  virtual void setFlags(uint32_t flags) noexcept = 0;
  virtual uint32_t getFlags() const noexcept = 0;
};

// X(symbol, result, parameters): what libnvonnxparser exports, of what is needed.
#define DEEPLAB_TRT_PARSER_FUNCTIONS(X)                                             \
  X(createNvOnnxParser_INTERNAL, void*, (void* network, void* logger, int version)) \
  X(getNvOnnxParserVersion, int, ())

}  // namespace deeplab::infer::trt
