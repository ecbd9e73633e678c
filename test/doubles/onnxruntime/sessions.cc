// The part of the C interface that makes and releases sessions, their options and their runs'.
#include <cstring>
#include <filesystem>

#include "gpu.h"
#include "session.h"
#include "table.h"

namespace deeplab::doubles::ort {
namespace {

std::vector<ProviderOptions> ProvidersOf(const OrtSessionOptions* options) {
  const Lock lock(TheState().mutex);
  const auto found = TheState().session_options.find(options);
  return found != TheState().session_options.end() ? found->second : std::vector<ProviderOptions>{};
}

// `create` makes the real session.
template <typename Create>
OrtStatus* Make(const char* function, const OrtSessionOptions* options, size_t model_bytes,
                OrtModelSession** out, const Create& create) {
  return Guarded([&] {
    Begin(function);
    const std::vector<ProviderOptions> providers = ProvidersOf(options);
    for (const ProviderOptions& provider : providers) {
      RequireDevice(std::atoi(provider.value("device_id").c_str()));
      if (provider.provider == "TensorRT") UseEngineCache(provider, model_bytes);
    }
    OrtModelSession* real = nullptr;
    Check(create(&real));
    if (!providers.empty()) {
      auto session = std::make_shared<GpuSession>(real, providers, model_bytes);
      Count(&deeplab_double_ort_counters::gpu_sessions);
      Count(&deeplab_double_ort_counters::sessions);
      const Lock lock(TheState().mutex);
      TheState().newest_options = providers;
      TheState().sessions[real] = std::move(session);
    }
    *out = real;
  });
}

OrtStatus* CreateSession(const OrtEnv* environment, const NativeChar* path,
                         const OrtSessionOptions* options, OrtModelSession** out) {
  std::error_code ignored;
  const auto bytes = std::filesystem::file_size(path, ignored);
  return Make("CreateSession", options, ignored ? 1 : bytes, out, [&](OrtModelSession** real) {
    return TheReal().api.CreateSession(environment, path, options, real);
  });
}

OrtStatus* CreateSessionFromArray(const OrtEnv* environment, const void* bytes, size_t size,
                                  const OrtSessionOptions* options, OrtModelSession** out) {
  return Make("CreateSessionFromArray", options, size, out, [&](OrtModelSession** real) {
    return TheReal().api.CreateSessionFromArray(environment, bytes, size, options, real);
  });
}

void ReleaseSession(OrtModelSession* session) {
  std::shared_ptr<GpuSession> gpu;
  {
    const Lock lock(TheState().mutex);
    const auto found = TheState().sessions.find(session);
    if (found != TheState().sessions.end()) {
      gpu = std::move(found->second);
      TheState().sessions.erase(found);
      --TheState().counters.sessions;
    }
  }
  if (gpu == nullptr) return TheReal().api.ReleaseSession(session);
  if (gpu->jobs == 0) return;
  NoteMisuse("a session was released while its runs were on their way");
  OrtStatus* const status = Guarded([&] {  // as cudaFree does
    const OnDevice current(gpu->device());
    Synchronize(gpu->stream());
  });
  if (status != nullptr) TheReal().api.ReleaseStatus(status);
}

void ReleaseSessionOptions(OrtSessionOptions* options) {
  {
    const Lock lock(TheState().mutex);
    TheState().session_options.erase(options);
  }
  TheReal().api.ReleaseSessionOptions(options);
}

OrtStatus* CreateRunOptions(OrtRunOptions** out) {
  return Guarded([&] {
    Begin("CreateRunOptions");
    Check(TheReal().api.CreateRunOptions(out));
  });
}

OrtStatus* AddRunConfigEntry(OrtRunOptions* options, const char* name, const char* value) {
  return Guarded([&] {
    Begin("AddRunConfigEntry");
    Check(TheReal().api.AddRunConfigEntry(options, name, value));
    if (std::strcmp(name, "disable_synchronize_execution_providers") != 0) return;
    const Lock lock(TheState().mutex);
    TheState().queueing_runs[options] = std::strcmp(value, "1") == 0;
  });
}

void ReleaseRunOptions(OrtRunOptions* options) {
  {
    const Lock lock(TheState().mutex);
    TheState().queueing_runs.erase(options);
  }
  TheReal().api.ReleaseRunOptions(options);
}

}  // namespace

void ReplaceSessionFunctions(void** table) {
  DEEPLAB_DOUBLE_REPLACE(table, CreateSession);
  DEEPLAB_DOUBLE_REPLACE(table, CreateSessionFromArray);
  DEEPLAB_DOUBLE_REPLACE(table, ReleaseSession);
  DEEPLAB_DOUBLE_REPLACE(table, ReleaseSessionOptions);
  DEEPLAB_DOUBLE_REPLACE(table, CreateRunOptions);
  DEEPLAB_DOUBLE_REPLACE(table, AddRunConfigEntry);
  DEEPLAB_DOUBLE_REPLACE(table, ReleaseRunOptions);
}

}  // namespace deeplab::doubles::ort
