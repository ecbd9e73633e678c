// The kernels of each instruction set, by level.
#include "visualize/visualize_kernels.h"

namespace deeplab::visualize {

namespace scalar {
extern const Kernels kKernels;
}
namespace avx2 {
extern const Kernels kKernels;
}
namespace avx512 {
extern const Kernels kKernels;
}
namespace neon {
extern const Kernels kKernels;
}

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

}  // namespace deeplab::visualize
