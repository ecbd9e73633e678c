// Makes the environment with our logger, so that nothing of the library goes raw to stderr.
#include "infer/ort_environment.h"

#include "core/shared_library.h"
#include "infer/ort_status.h"

namespace deeplab::infer {

OrtEnv* CreateOrtEnvironment(const OrtApi& api, OrtLog* log) {
  // From here on the library may call our logger at any time, even while the process leaves.
  PinLibraryOf(reinterpret_cast<const void*>(&OrtLog::Receive));
  OrtEnv* environment = nullptr;
  CheckOrt(api,
           api.CreateEnvWithCustomLogger(&OrtLog::Receive, log, kOrtLogWarning, "deeplab-rt",
                                         &environment),
           ErrorCode::kBackendUnavailable, "create its environment");
  return environment;
}

}  // namespace deeplab::infer
