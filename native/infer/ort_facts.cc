#include "infer/ort_facts.h"

namespace deeplab::infer {

SessionInfo OrtInfoOf(const OrtLibrary& library, const OrtPorts& ports, int intra_op_threads) {
  SessionInfo info;
  info.backend = kOrtLibraryName;
  info.library_path = library.path();
  info.library_version = library.version_text();
  info.input_name = ports.input.name;
  info.output_name = ports.output.name;
  info.input = ports.input.spec;
  info.output = ports.output.spec;
  info.intra_op_threads = intra_op_threads;
  return info;
}

BatchLimits OrtLimitsOf(const TensorSpec& input, int max_batch) {
  BatchLimits limits;
  const bool fixed = input.batch > 0;
  limits.min_batch = fixed ? static_cast<int>(input.batch) : 1;
  limits.max_batch = fixed ? limits.min_batch : (max_batch < 1 ? 1 : max_batch);
  return limits;
}

}  // namespace deeplab::infer
