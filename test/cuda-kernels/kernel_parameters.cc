// Prints what the host gives each kernel, as JSON: name → [{ size, alignment }] of its parameters
// in order. A new kernel is a new line here. The test compares this with what the compiled kernels
// take.
#include <cstdio>
#include <initializer_list>

#include "postprocess/postprocess_cuda.h"
#include "preprocess/preprocess_cuda.h"
#include "visualize/overlay_cuda.h"

namespace {

struct Parameter {
  size_t size, alignment;
};

struct Kernel {
  const char* name;
  std::initializer_list<Parameter> parameters;
};

template <typename T>
constexpr Parameter kParameter{sizeof(T), alignof(T)};

void Print(const Kernel& kernel) {
  std::printf("\"%s\": [", kernel.name);
  const char* separator = "";
  for (const Parameter& parameter : kernel.parameters) {
    std::printf("%s{\"size\": %zu, \"alignment\": %zu}", separator, parameter.size,
                parameter.alignment);
    separator = ", ";
  }
  std::printf("]");
}

}  // namespace

int main() {
  using namespace deeplab;
  const Kernel kernels[] = {
      {preprocess::kCudaPreprocessFloat, {kParameter<preprocess::CudaPreprocess>}},
      {preprocess::kCudaPreprocessHalf, {kParameter<preprocess::CudaPreprocess>}},
      {postprocess::kCudaPostprocessFloat, {kParameter<postprocess::CudaPostprocess>}},
      {postprocess::kCudaPostprocessHalf, {kParameter<postprocess::CudaPostprocess>}},
      {visualize::kCudaOverlay, {kParameter<visualize::CudaOverlay>}},
  };
  const char* separator = "{";
  for (const Kernel& kernel : kernels) {
    std::printf("%s", separator);
    Print(kernel);
    separator = ",\n";
  }
  std::printf("}\n");
}
