// The product's kernel sources, as they are, and their table. Compiled without contraction, as the
// device's are.
#include "host_kernels.h"

#include "block_runner.h"
#include "kernel_host.h"

#include "postprocess/postprocess_cuda.cu"
#include "preprocess/preprocess_cuda.cu"
#include "visualize/overlay_cuda.cu"

namespace deeplab::doubles {
namespace {

template <typename Parameter, void (*kKernel)(Parameter)>
void Run(Dim3 grid, Dim3 block, size_t shared_bytes, void* const* parameters) {
  const auto& parameter = *static_cast<const Parameter*>(parameters[0]);
  RunGrid(grid, block, shared_bytes, [&] { kKernel(parameter); });
}

template <typename Parameter, void (*kKernel)(Parameter)>
HostKernel Kernel(const char* name, unsigned max_threads) {
  return {name, {sizeof(Parameter)}, max_threads, &Run<Parameter, kKernel>};
}

const std::vector<HostKernel>& Kernels() {
  constexpr unsigned kThreads = 256;
  static const auto* const kernels = new std::vector<HostKernel>{
      Kernel<preprocess::CudaPreprocess, &preprocess::deeplab_preprocess_f32>(
          preprocess::kCudaPreprocessFloat, kThreads),
      Kernel<preprocess::CudaPreprocess, &preprocess::deeplab_preprocess_f16>(
          preprocess::kCudaPreprocessHalf, kThreads),
      Kernel<postprocess::CudaPostprocess, &postprocess::deeplab_postprocess_f32>(
          postprocess::kCudaPostprocessFloat, kThreads),
      Kernel<postprocess::CudaPostprocess, &postprocess::deeplab_postprocess_f16>(
          postprocess::kCudaPostprocessHalf, kThreads),
      Kernel<visualize::CudaOverlay, &visualize::deeplab_overlay>(visualize::kCudaOverlay,
                                                                  kThreads),
  };
  return *kernels;
}

}  // namespace

const HostKernel* FindHostKernel(const std::string& name) {
  for (const HostKernel& kernel : Kernels()) {
    if (name == kernel.name) return &kernel;
  }
  return nullptr;
}

}  // namespace deeplab::doubles
