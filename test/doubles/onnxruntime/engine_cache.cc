// The TensorRT provider's engines on disk: files of no use but to be found again. Like the real
// one, it makes the last folder of a path and no more, and takes a file for its own by its name.
#include <filesystem>
#include <fstream>

#include "session.h"

namespace deeplab::doubles::ort {
namespace {

namespace fs = std::filesystem;

fs::path FolderOf(const ProviderOptions& options, const char* option) {
  const fs::path folder = options.value(option);
  std::error_code failure;
  if (folder.empty() || fs::is_directory(folder, failure)) return folder;
  if (!fs::create_directory(folder, failure)) {
    throw Failure{kRuntimeException, "Failed to create directory " + folder.string()};
  }
  return folder;
}

}  // namespace

void UseEngineCache(const ProviderOptions& options, size_t model_bytes) {
  const auto built = &deeplab_double_ort_counters::engines_built;
  if (!options.is_on("trt_engine_cache_enable")) return Count(built);
  const fs::path engine =
      FolderOf(options, "trt_engine_cache_path") / "TensorrtExecutionProvider_TRTKernel_0.engine";
  if (fs::exists(engine)) return Count(&deeplab_double_ort_counters::engines_loaded);
  std::ofstream(engine) << "an engine of the proxy, of " << model_bytes << " bytes of ONNX";
  Count(built);
  if (!options.is_on("trt_timing_cache_enable")) return;
  std::ofstream(FolderOf(options, "trt_timing_cache_path") /
                "TensorrtExecutionProvider_cache.timing")
      << "timings";
}

}  // namespace deeplab::doubles::ort
