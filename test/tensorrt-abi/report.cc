// Prints, as JSON, what our declarations and TensorRT's true headers say about the same things:
// slots and signatures of methods, values of enumerators, sizes and alignments. Compiled and run by
// the tests beside it.
#include <cstdio>

#include "both.h"
#include "methods.h"

namespace tensorrt_abi {
namespace {

const char* g_separator = "";

const char* Next() {
  const char* const separator = g_separator;
  g_separator = ",\n";
  return separator;
}

void Row(const char* kind, const char* owner, const char* name, long long ours, long long theirs,
         bool same_type = true) {
  std::printf(R"(%s{"kind":"%s","owner":"%s","name":"%s","own":%lld,"vendor":%lld,"sameType":%s})",
              Next(), kind, owner, name, ours, theirs, same_type ? "true" : "false");
}

template <typename Own, typename Vendor>
void Method(const char* owner, const char* name, Own ours, Vendor theirs) {
  Row("slot", owner, name, SlotOf(ours), SlotOf(theirs), kSameSignature<Own, Vendor>);
}

void Methods() {
#define ROW(ours, theirs, method) Method(#ours, #method, &own::ours::method, &theirs::method);
  TENSORRT_ABI_METHODS(ROW)
#undef ROW
#define ROW(ours, theirs, method, own_parameters, vendors_parameters)                          \
  Method(                                                                                      \
      #ours, #method,                                                                          \
      static_cast<own::ICudaEngine*(own::ours::*)own_parameters noexcept>(&own::ours::method), \
      static_cast<nvinfer1::ICudaEngine*(theirs::*)vendors_parameters noexcept>(&theirs::method));
  TENSORRT_ABI_OVERLOADS(ROW)
#undef ROW
}

// Declared by us as types, by them as functions.
void Functions() {
#define ROW(symbol, result, parameters) \
  Row("function", "", #symbol, 0, 0, kSameSignature<result(*) parameters, decltype(&::symbol)>);
  DEEPLAB_TRT_RUNTIME_FUNCTIONS(ROW)
  DEEPLAB_TRT_RUNTIME_OPTIONAL_FUNCTIONS(ROW)
  DEEPLAB_TRT_BUILD_FUNCTIONS(ROW)
  DEEPLAB_TRT_PARSER_FUNCTIONS(ROW)
#undef ROW
}

template <typename Own, typename Vendor>
void Enumerator(const char* owner, const char* name, Own ours, Vendor theirs) {
  Row("enumerator", owner, name, static_cast<long long>(ours), static_cast<long long>(theirs),
      std::is_same_v<std::underlying_type_t<Own>, std::underlying_type_t<Vendor>>);
}

#define ENUMERATION(list, ours, theirs) \
  do {                                  \
    using Own = own::ours;              \
    using Vendor = theirs;              \
    const char* const owner = #ours;    \
    list(ENUMERATOR)                    \
  } while (false)
#define ENUMERATOR(name, vendors, value) Enumerator(owner, #name, Own::name, Vendor::vendors);

void Enumerators() {
  ENUMERATION(DEEPLAB_TRT_DATA_TYPES, DataType, nvinfer1::DataType);
  ENUMERATION(DEEPLAB_TRT_TENSOR_MODES, TensorIOMode, nvinfer1::TensorIOMode);
  ENUMERATION(DEEPLAB_TRT_TENSOR_LOCATIONS, TensorLocation, nvinfer1::TensorLocation);
  ENUMERATION(DEEPLAB_TRT_TENSOR_FORMATS, TensorFormat, nvinfer1::TensorFormat);
  ENUMERATION(DEEPLAB_TRT_PROFILE_SELECTORS, OptProfileSelector, nvinfer1::OptProfileSelector);
  ENUMERATION(DEEPLAB_TRT_CONTEXT_MEMORY, ContextMemory,
              nvinfer1::ExecutionContextAllocationStrategy);
  ENUMERATION(DEEPLAB_TRT_HARDWARE_LEVELS, HardwareLevel, nvinfer1::HardwareCompatibilityLevel);
  ENUMERATION(DEEPLAB_TRT_BUILDER_FLAGS, BuilderFlag, nvinfer1::BuilderFlag);
  ENUMERATION(DEEPLAB_TRT_MEMORY_POOLS, MemoryPoolType, nvinfer1::MemoryPoolType);
  ENUMERATION(DEEPLAB_TRT_NETWORK_FLAGS, NetworkFlag, nvinfer1::NetworkDefinitionCreationFlag);
  ENUMERATION(DEEPLAB_TRT_PROFILING_LEVELS, ProfilingVerbosity, nvinfer1::ProfilingVerbosity);
  ENUMERATION(DEEPLAB_TRT_PARSER_FLAGS, OnnxParserFlag, nvonnxparser::OnnxParserFlag);
  ENUMERATION(DEEPLAB_TRT_SEVERITIES, Severity, nvinfer1::ILogger::Severity);
  Enumerator("ApiLanguage", "kCpp", own::ApiLanguage::kCpp, nvinfer1::APILanguage::kCPP);
  Enumerator("ApiLanguage", "kPython", own::ApiLanguage::kPython, nvinfer1::APILanguage::kPYTHON);
  Row("constant", "", "kParserVersion", own::kParserVersion, NV_ONNX_PARSER_VERSION);
  Row("constant", "", "kMaxDims", own::kMaxDims, nvinfer1::Dims64::MAX_DIMS);
}

void Layouts() {
#define ROW(type, vendors)                                      \
  Row("sizeof", #type, "", sizeof(own::type), sizeof(vendors)); \
  Row("alignof", #type, "", alignof(own::type), alignof(vendors));
  ROW(Dims, nvinfer1::Dims64)
  ROW(InterfaceInfo, nvinfer1::InterfaceInfo)
  ROW(ILogger, nvinfer1::ILogger)
  ROW(IProgressMonitor, nvinfer1::IProgressMonitor)
  ROW(IRuntime, nvinfer1::IRuntime)
  ROW(ICudaEngine, nvinfer1::ICudaEngine)
  ROW(IExecutionContext, nvinfer1::IExecutionContext)
  ROW(IHostMemory, nvinfer1::IHostMemory)
  ROW(IBuilder, nvinfer1::IBuilder)
  ROW(IBuilderConfig, nvinfer1::IBuilderConfig)
  ROW(INetworkDefinition, nvinfer1::INetworkDefinition)
  ROW(ITensor, nvinfer1::ITensor)
  ROW(IOptimizationProfile, nvinfer1::IOptimizationProfile)
  ROW(ITimingCache, nvinfer1::ITimingCache)
  ROW(IParser, nvonnxparser::IParser)
#undef ROW
#define ROW(type, field, vendors, vendors_field)             \
  Row("offsetof", #type, #field, offsetof(own::type, field), \
      offsetof(nvinfer1::vendors, vendors_field),            \
      std::is_same_v<decltype(own::type::field), decltype(nvinfer1::vendors::vendors_field)>);
  ROW(Dims, rank, Dims64, nbDims)
  ROW(Dims, size, Dims64, d)
  ROW(InterfaceInfo, kind, InterfaceInfo, kind)
  ROW(InterfaceInfo, major, InterfaceInfo, major)
  ROW(InterfaceInfo, minor, InterfaceInfo, minor)
#undef ROW
}

}  // namespace
}  // namespace tensorrt_abi

int main() {
  std::printf("[");
  tensorrt_abi::Methods();
  tensorrt_abi::Functions();
  tensorrt_abi::Enumerators();
  tensorrt_abi::Layouts();
  std::printf("]\n");
  return 0;
}
