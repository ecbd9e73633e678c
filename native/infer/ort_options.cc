// Fills ONNX Runtime's session options.
#include "infer/ort_options.h"

#include "core/usable_cores.h"

namespace deeplab::infer {
namespace {

void Require(const OrtApi& api, OrtStatus* status) {
  CheckOrt(api, status, ErrorCode::kBackendFailed, "take the session options");
}

// Operators of a graph run one after another unless several inter-op threads are asked for.
void SetThreads(const OrtApi& api, OrtSessionOptions* target, const SessionOptions& options) {
  Require(api, api.SetIntraOpNumThreads(target, ResolveIntraOpThreads(options)));
  if (options.inter_op_threads > 1) {
    Require(api, api.SetSessionExecutionMode(target, kOrtExecutionParallel));
    Require(api, api.SetInterOpNumThreads(target, options.inter_op_threads));
  }
  const char* spinning = options.spinning ? "1" : "0";
  Require(api, api.AddSessionConfigEntry(target, "session.intra_op.allow_spinning", spinning));
  Require(api, api.AddSessionConfigEntry(target, "session.inter_op.allow_spinning", spinning));
  // Between operators waiting threads may spin; when a run ends they must not: post-processing and
  // other models need the cores.
  Require(api, api.AddSessionConfigEntry(target, "session.force_spinning_stop",
                                         options.stop_spinning_after_run ? "1" : "0"));
  Require(api, api.AddSessionConfigEntry(target, "session.set_denormal_as_zero",
                                         options.denormals_as_zero ? "1" : "0"));
}

void SetMemory(const OrtApi& api, OrtSessionOptions* target, const SessionOptions& options) {
  Require(api,
          options.memory_arena ? api.EnableCpuMemArena(target) : api.DisableCpuMemArena(target));
  Require(api,
          options.memory_pattern ? api.EnableMemPattern(target) : api.DisableMemPattern(target));
}

// Said per session too: where another addon made the library's environment first, its logger is
// that addon's, and prints.
void SetLog(const OrtLibrary& library, OrtSessionOptions* target, int severity) {
  const OrtApi& api = library.api();
  Require(api, api.SetUserLoggingFunction(target, &OrtLog::Receive, &library.log()));
  Require(api, api.SetSessionLogSeverityLevel(target, severity));
}

}  // namespace

int ResolveIntraOpThreads(const SessionOptions& options) {
  return options.intra_op_threads > 0 ? options.intra_op_threads : UsablePhysicalCores();
}

OrtOwned<OrtSessionOptions> BuildOrtOptions(const OrtLibrary& library,
                                            const SessionOptions& options) {
  const OrtApi& api = library.api();
  OrtSessionOptions* created = nullptr;
  Require(api, api.CreateSessionOptions(&created));
  OrtOwned<OrtSessionOptions> target(created, api.ReleaseSessionOptions);
  SetLog(library, created, options.log_severity);
  SetThreads(api, created, options);
  SetMemory(api, created, options);
  Require(api, api.SetSessionGraphOptimizationLevel(created, options.graph_optimization));
  return target;
}

void SetExternalDataFolder(const OrtLibrary& library, OrtSessionOptions* options,
                           const std::string& folder) {
  const OrtApi& api = library.api();
  Require(api,
          api.AddSessionConfigEntry(options, "session.model_external_initializers_file_folder_path",
                                    folder.c_str()));
}

}  // namespace deeplab::infer
