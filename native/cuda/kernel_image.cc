// Puts the fatbin that kernels.cmake names into the library, byte for byte.

#include "cuda/kernel_image.h"

#if defined(DEEPLAB_CUDA_FATBIN)
asm(R"(
  .pushsection .rodata
  .balign 16
  .globl deeplab_cuda_kernels
  .hidden deeplab_cuda_kernels
  .type deeplab_cuda_kernels, %object
deeplab_cuda_kernels:
  .incbin ")" DEEPLAB_CUDA_FATBIN R"("
  .globl deeplab_cuda_kernels_end
  .hidden deeplab_cuda_kernels_end
deeplab_cuda_kernels_end:
  .size deeplab_cuda_kernels, . - deeplab_cuda_kernels
  .popsection
)");

extern "C" {
__attribute__((visibility("hidden"))) extern const unsigned char deeplab_cuda_kernels[];
__attribute__((visibility("hidden"))) extern const unsigned char deeplab_cuda_kernels_end[];
}
#endif

namespace deeplab::cuda {

KernelImage EmbeddedKernels() noexcept {
#if defined(DEEPLAB_CUDA_FATBIN)
  return {deeplab_cuda_kernels,
          static_cast<size_t>(deeplab_cuda_kernels_end - deeplab_cuda_kernels)};
#else
  return {nullptr, 0};
#endif
}

}  // namespace deeplab::cuda
