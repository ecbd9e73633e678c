#include "postprocess/kernel_table.h"

namespace deeplab::postprocess {

const RowKernels& KernelsOf(SimdLevel level) {
  switch (level) {
#if defined(__x86_64__)
    case SimdLevel::kAvx2:
      return avx2::kRowKernels;
    case SimdLevel::kAvx512:
      return avx512::kRowKernels;
#elif defined(__aarch64__)
    case SimdLevel::kNeon:
      return neon::kRowKernels;
#endif
    default:
      return scalar::kRowKernels;
  }
}

}  // namespace deeplab::postprocess
