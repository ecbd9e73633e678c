// The kernels of each instruction set, by level.
#include "preprocess/pixel_kernels.h"

namespace deeplab::preprocess {

namespace scalar {
extern const PixelKernels kPixelKernels;
}
namespace avx2 {
extern const PixelKernels kPixelKernels;
}
namespace avx512 {
extern const PixelKernels kPixelKernels;
}
namespace neon {
extern const PixelKernels kPixelKernels;
}

const PixelKernels& PixelKernelsOf(SimdLevel level) {
  switch (level) {
#if defined(__x86_64__)
    case SimdLevel::kAvx2:
      return avx2::kPixelKernels;
    case SimdLevel::kAvx512:
      return avx512::kPixelKernels;
#elif defined(__aarch64__)
    case SimdLevel::kNeon:
      return neon::kPixelKernels;
#endif
    default:
      return scalar::kPixelKernels;
  }
}

}  // namespace deeplab::preprocess
