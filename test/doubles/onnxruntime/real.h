// The ONNX Runtime behind the proxy, and small things done with it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "more_slots.h"

namespace deeplab::doubles::ort {

using namespace deeplab::infer;  // NOLINT: its declarations are the interface that is proxied

struct MoreApi {
#define DEEPLAB_DOUBLE_MEMBER(slot, result, name, ...) result (*name)(__VA_ARGS__) = nullptr;
  DEEPLAB_DOUBLE_ORT_FUNCTIONS(DEEPLAB_DOUBLE_MEMBER)
#undef DEEPLAB_DOUBLE_MEMBER
};

struct Real {
  const OrtApiBase* base = nullptr;  // null: there is none
  const void* table = nullptr;       // of kOrtApiVersion
  OrtApi api;
  MoreApi more;
};

// Opened at the first call.
const Real& TheReal();

constexpr int32_t kFail = 1;  // OrtErrorCode
constexpr int32_t kInvalidArgument = 2;
constexpr int32_t kRuntimeException = 6;

OrtStatus* Status(int32_t code, const std::string& text);

// An exception that becomes a status at the interface.
struct Failure {
  int32_t code = kFail;
  std::string text;
};

// Throws what the real one says; `status` may be null.
void Check(OrtStatus* status);

struct TensorFacts {
  void* data = nullptr;
  int32_t element = 0;
  std::vector<int64_t> dims;
  size_t bytes = 0;
  bool is_on_device = false;
  int device = 0;
};

TensorFacts FactsOf(const OrtValue* value);
size_t ByteCount(int32_t element, const std::vector<int64_t>& dims);
// "{1,3,4,6}".
std::string Text(const std::vector<int64_t>& dims);

using OwnedValue = std::unique_ptr<OrtValue, void (*)(OrtValue*)>;
OwnedValue Wrap(const OrtMemoryInfo* place, void* data, int32_t element,
                const std::vector<int64_t>& dims);
// Over host memory.
OwnedValue WrapHost(void* data, int32_t element, const std::vector<int64_t>& dims);

// `body` throws Failure; nothing else is thrown into a program.
template <typename Body>
OrtStatus* Guarded(const Body& body) {
  try {
    body();
    return nullptr;
  } catch (const Failure& failure) {
    return Status(failure.code, failure.text);
  } catch (const std::exception& error) {
    return Status(kRuntimeException, error.what());
  }
}

}  // namespace deeplab::doubles::ort
