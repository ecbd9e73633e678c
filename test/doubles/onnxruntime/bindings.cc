// The part of the C interface that binds memory and runs. Bindings of sessions that are not on a
// GPU are the real library's.
#include <cstdlib>

#include "binding.h"
#include "table.h"

namespace deeplab::doubles::ort {
namespace {

void CheckDevice(const GpuBinding& binding, bool is_on_device, int device) {
  if (is_on_device && device == binding.session->device()) return;
  NoteMisuse("a tensor was bound that is not on the session's device");
  throw Failure{kInvalidArgument,
                "There's no data transfer registered for copying tensors between these devices"};
}

OrtStatus* CreateIoBinding(OrtModelSession* session, OrtIoBinding** out) {
  return Guarded([&] {
    Begin("CreateIoBinding");
    std::shared_ptr<GpuSession> gpu = FindGpuSession(session);
    if (gpu == nullptr) return Check(TheReal().api.CreateIoBinding(session, out));
    auto made = std::make_unique<GpuBinding>(std::move(gpu));
    *out = reinterpret_cast<OrtIoBinding*>(made.get());
    const Lock lock(TheState().mutex);
    TheState().bindings[*out] = std::move(made);
    ++TheState().counters.bindings;
  });
}

void ReleaseIoBinding(OrtIoBinding* binding) {
  std::unique_ptr<GpuBinding> gpu;
  {
    const Lock lock(TheState().mutex);
    const auto found = TheState().bindings.find(binding);
    if (found != TheState().bindings.end()) {
      gpu = std::move(found->second);
      TheState().bindings.erase(found);
      --TheState().counters.bindings;
    }
  }
  if (gpu == nullptr) TheReal().api.ReleaseIoBinding(binding);
}

OrtStatus* BindInput(OrtIoBinding* binding, const char* name, const OrtValue* value) {
  return Guarded([&] {
    Begin("BindInput");
    GpuBinding* const gpu = FindGpuBinding(binding);
    if (gpu == nullptr) return Check(TheReal().api.BindInput(binding, name, value));
    gpu->input = FactsOf(value);
    CheckDevice(*gpu, gpu->input->is_on_device, gpu->input->device);
    CopyBoundInput(gpu);
  });
}

OrtStatus* BindOutput(OrtIoBinding* binding, const char* name, const OrtValue* value) {
  return Guarded([&] {
    Begin("BindOutput");
    GpuBinding* const gpu = FindGpuBinding(binding);
    if (gpu == nullptr) return Check(TheReal().api.BindOutput(binding, name, value));
    gpu->piece.reset();
    gpu->output = FactsOf(value);
    gpu->is_output_bound = true;
    CheckDevice(*gpu, gpu->output->is_on_device, gpu->output->device);
  });
}

OrtStatus* BindOutputToDevice(OrtIoBinding* binding, const char* name, const OrtMemoryInfo* place) {
  return Guarded([&] {
    Begin("BindOutputToDevice");
    GpuBinding* const gpu = FindGpuBinding(binding);
    if (gpu == nullptr) return Check(TheReal().api.BindOutputToDevice(binding, name, place));
    const char* kind = nullptr;
    int device = 0;
    Check(TheReal().more.MemoryInfoGetName(place, &kind));
    Check(TheReal().more.MemoryInfoGetId(place, &device));
    CheckDevice(*gpu, std::string(kind) == "Cuda", device);
    gpu->piece.reset();
    gpu->output.reset();
    gpu->is_output_bound = true;
  });
}

// A tensor over what is bound, for the caller to release.
OrtValue* OutputOf(const GpuBinding& gpu) {
  OrtMemoryInfo* created = nullptr;
  Check(TheReal().api.CreateMemoryInfo("Cuda", kOrtDeviceAllocator, gpu.session->device(),
                                       kOrtMemoryDefault, &created));
  const std::unique_ptr<OrtMemoryInfo, void (*)(OrtMemoryInfo*)> place(
      created, TheReal().api.ReleaseMemoryInfo);
  return Wrap(created, gpu.output->data, gpu.output->element, gpu.output->dims).release();
}

OrtStatus* GetBoundOutputValues(const OrtIoBinding* binding, OrtAllocator* allocator,
                                OrtValue*** values, size_t* count) {
  return Guarded([&] {
    Begin("GetBoundOutputValues");
    const GpuBinding* const gpu = FindGpuBinding(binding);
    if (gpu == nullptr) {
      return Check(TheReal().api.GetBoundOutputValues(binding, allocator, values, count));
    }
    *count = 0;
    *values = nullptr;
    if (!gpu->output) return;
    // The caller frees the list with the allocator, whose first function makes such memory.
    struct Allocator {
      uint32_t version;
      void* (*allocate)(Allocator*, size_t);
    };
    auto* const own = reinterpret_cast<Allocator*>(allocator);
    *values = static_cast<OrtValue**>(own->allocate(own, sizeof(OrtValue*)));
    (*values)[0] = OutputOf(*gpu);
    *count = 1;
    const Lock lock(TheState().mutex);
    TheState().outputs[(*values)[0]] = gpu->piece;
    ++TheState().counters.outputs;
  });
}

OrtStatus* RunWithBinding(OrtModelSession* session, const OrtRunOptions* options,
                          const OrtIoBinding* binding) {
  return Guarded([&] {
    Begin("RunWithBinding");
    GpuBinding* const gpu = FindGpuBinding(binding);
    if (gpu == nullptr) return Check(TheReal().api.RunWithBinding(session, options, binding));
    bool waits = true;
    {
      const Lock lock(TheState().mutex);
      const auto found = TheState().queueing_runs.find(options);
      waits = found == TheState().queueing_runs.end() || !found->second;
    }
    RunOnGpu(gpu, waits);
  });
}

}  // namespace

GpuBinding* FindGpuBinding(const OrtIoBinding* binding) {
  const Lock lock(TheState().mutex);
  const auto found = TheState().bindings.find(binding);
  return found != TheState().bindings.end() ? found->second.get() : nullptr;
}

void ReplaceBindingFunctions(void** table) {
  DEEPLAB_DOUBLE_REPLACE(table, CreateIoBinding);
  DEEPLAB_DOUBLE_REPLACE(table, ReleaseIoBinding);
  DEEPLAB_DOUBLE_REPLACE(table, BindInput);
  DEEPLAB_DOUBLE_REPLACE(table, BindOutput);
  DEEPLAB_DOUBLE_REPLACE(table, BindOutputToDevice);
  DEEPLAB_DOUBLE_REPLACE(table, GetBoundOutputValues);
  DEEPLAB_DOUBLE_REPLACE(table, RunWithBinding);
}

}  // namespace deeplab::doubles::ort
