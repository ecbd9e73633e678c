#include "real.h"

#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <numeric>

namespace deeplab::doubles::ort {
namespace {

Real Open() {
  Real real;
  const char* const path = std::getenv("DEEPLAB_DOUBLE_ORT_REAL");
  void* const library =
      path != nullptr && *path != '\0' ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : nullptr;
  void* const symbol = library != nullptr ? dlsym(library, "OrtGetApiBase") : nullptr;
  if (symbol == nullptr) {
    std::fprintf(stderr, "the proxy of ONNX Runtime: DEEPLAB_DOUBLE_ORT_REAL=%s: %s\n",
                 path != nullptr ? path : "", path != nullptr ? dlerror() : "needed");
    return real;
  }
  real.base = reinterpret_cast<const OrtApiBase* (*)()>(symbol)();
  real.table = real.base->GetApi(kOrtApiVersion);
  real.api = BindOrtApi(real.table);
  const auto* slots = static_cast<void* const*>(real.table);
#define DEEPLAB_DOUBLE_BIND(slot, result, name, ...) \
  real.more.name = reinterpret_cast<decltype(real.more.name)>(slots[slot]);
  DEEPLAB_DOUBLE_ORT_FUNCTIONS(DEEPLAB_DOUBLE_BIND)
#undef DEEPLAB_DOUBLE_BIND
  return real;
}

size_t ElementSize(int32_t element) {
  switch (element) {  // ONNX's numbers
    case 1:
    case 6:
      return 4;
    case 10:
    case 16:
      return 2;
    case 7:
    case 11:
      return 8;
    default:
      return 1;
  }
}

struct HostPlace {
  HostPlace() { Check(TheReal().api.CreateCpuMemoryInfo(0, 0, &info)); }
  ~HostPlace() { TheReal().api.ReleaseMemoryInfo(info); }
  OrtMemoryInfo* info = nullptr;
};

}  // namespace

const Real& TheReal() {
  static const Real real = Open();
  return real;
}

OrtStatus* Status(int32_t code, const std::string& text) {
  return TheReal().more.CreateStatus(code, text.c_str());
}

void Check(OrtStatus* status) {
  if (status == nullptr) return;
  Failure failure{TheReal().api.GetErrorCode(status), TheReal().api.GetErrorMessage(status)};
  TheReal().api.ReleaseStatus(status);
  throw failure;
}

size_t ByteCount(int32_t element, const std::vector<int64_t>& dims) {
  return ElementSize(element) *
         static_cast<size_t>(
             std::accumulate(dims.begin(), dims.end(), int64_t{1}, std::multiplies<int64_t>()));
}

std::string Text(const std::vector<int64_t>& dims) {
  std::string text = "{";
  for (const int64_t dim : dims) text += (text.size() > 1 ? "," : "") + std::to_string(dim);
  return text + "}";
}

TensorFacts FactsOf(const OrtValue* value) {
  const Real& real = TheReal();
  TensorFacts facts;
  Check(real.api.GetTensorMutableData(const_cast<OrtValue*>(value), &facts.data));
  OrtTensorInfo* info = nullptr;
  Check(real.api.GetTensorTypeAndShape(value, &info));
  size_t rank = 0;
  Check(real.api.GetTensorElementType(info, &facts.element));
  Check(real.api.GetDimensionsCount(info, &rank));
  facts.dims.resize(rank);
  Check(real.api.GetDimensions(info, facts.dims.data(), rank));
  real.api.ReleaseTensorTypeAndShapeInfo(info);
  facts.bytes = ByteCount(facts.element, facts.dims);
  const OrtMemoryInfo* place = nullptr;  // the value's own
  Check(real.more.GetTensorMemoryInfo(value, &place));
  const char* name = nullptr;
  Check(real.more.MemoryInfoGetName(place, &name));
  facts.is_on_device = std::string(name) == "Cuda";
  Check(real.more.MemoryInfoGetId(place, &facts.device));
  return facts;
}

OwnedValue Wrap(const OrtMemoryInfo* place, void* data, int32_t element,
                const std::vector<int64_t>& dims) {
  const OrtApi& api = TheReal().api;
  OrtValue* value = nullptr;
  Check(api.CreateTensorWithDataAsOrtValue(place, data, ByteCount(element, dims), dims.data(),
                                           dims.size(), element, &value));
  return {value, api.ReleaseValue};
}

OwnedValue WrapHost(void* data, int32_t element, const std::vector<int64_t>& dims) {
  static const HostPlace place;
  return Wrap(place.info, data, element, dims);
}

}  // namespace deeplab::doubles::ort
