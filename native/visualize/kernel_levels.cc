// The kernels of each instruction set, by level.
#include "visualize/png_kernels.h"
#include "visualize/visualize_kernels.h"

namespace deeplab::visualize {

namespace scalar {
extern const Kernels kKernels;
extern const PngKernels kPngKernels;
}  // namespace scalar
namespace avx2 {
extern const Kernels kKernels;
extern const PngKernels kPngKernels;
}  // namespace avx2
namespace avx512 {
extern const Kernels kKernels;
extern const PngKernels kPngKernels;
}  // namespace avx512
namespace neon {
extern const Kernels kKernels;
extern const PngKernels kPngKernels;
}  // namespace neon

const Kernels& KernelsOf(SimdLevel level) {
  switch (level) {
#if defined(__x86_64__)
    case SimdLevel::kAvx2:
      return avx2::kKernels;
    case SimdLevel::kAvx512:
      return avx512::kKernels;
#elif defined(__aarch64__)
    case SimdLevel::kNeon:
      return neon::kKernels;
#endif
    default:
      return scalar::kKernels;
  }
}

const PngKernels& PngKernelsOf(SimdLevel level) {
  switch (level) {
#if defined(__x86_64__)
    case SimdLevel::kAvx2:
      return avx2::kPngKernels;
    case SimdLevel::kAvx512:
      return avx512::kPngKernels;
#elif defined(__aarch64__)
    case SimdLevel::kNeon:
      return neon::kPngKernels;
#endif
    default:
      return scalar::kPngKernels;
  }
}

}  // namespace deeplab::visualize
