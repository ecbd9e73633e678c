#include "addon/convert_info.h"

#include "core/simd.h"

namespace deeplab::addon {
namespace {

Napi::Array WriteDims(Napi::Env env, const TensorSpec& spec) {
  const int64_t dims[] = {spec.batch, spec.channels, spec.height, spec.width};
  Napi::Array list = Napi::Array::New(env, 4);
  for (uint32_t i = 0; i < 4; ++i) list.Set(i, static_cast<double>(dims[i]));
  return list;
}

Napi::Object WriteDevice(Napi::Env env, const infer::DeviceUse& use) {
  Napi::Object to = Napi::Object::New(env);
  to.Set("device", use.device);
  to.Set("name", use.name);
  to.Set("computeCapability", use.capability);
  to.Set("driverVersion", use.driver);
  to.Set("driverPath", use.driver_path);
  to.Set("memoryMode", use.memory_mode);
  const auto bytes = [&](const char* name, size_t value) {
    to.Set(name, static_cast<double>(value));
  };
  bytes("totalMemory", use.total);
  bytes("usedMemory", use.used);
  bytes("peakMemory", use.peak);
  bytes("memoryLimit", use.limit);
  bytes("pinnedUsed", use.pinned_used);
  bytes("pinnedIdle", use.pinned_idle);
  bytes("pinnedLimit", use.pinned_limit);
  return to;
}

Napi::Array WriteDevices(Napi::Env env, const std::vector<infer::DeviceUse>& devices) {
  Napi::Array list = Napi::Array::New(env, devices.size());
  for (uint32_t i = 0; i < devices.size(); ++i) list.Set(i, WriteDevice(env, devices[i]));
  return list;
}

}  // namespace

Napi::Object WriteInfo(Napi::Env env, const pipeline::Model& model,
                       const pipeline::Package& package) {
  const infer::SessionInfo& info = model.info();
  Napi::Object to = Napi::Object::New(env);
  to.Set("backend", info.backend);
  to.Set("device", info.device);
  to.Set("provider", info.provider);
  to.Set("reason", model.reason());
  to.Set("libraryPath", info.library_path);
  to.Set("libraryVersion", info.library_version);
  to.Set("inputName", info.input_name);
  to.Set("inputDtype", Name(info.input.type));
  to.Set("inputDims", WriteDims(env, info.input));
  to.Set("outputName", info.output_name);
  to.Set("outputDtype", Name(info.output.type));
  to.Set("outputDims", WriteDims(env, info.output));
  to.Set("channels", static_cast<double>(info.output.channels));
  to.Set("idCount", package.id_count);
  to.Set("idBytes", package.id_bytes);
  to.Set("minBatch", model.limits().min_batch);
  to.Set("maxBatch", model.limits().max_batch);
  to.Set("intraOpThreads", info.intra_op_threads);
  to.Set("simd", Name(ActiveSimdLevel()));
  to.Set("sharedBy", model.handles());
  to.Set("kernels", model.limits().memory == infer::MemoryKind::kDevice ? "cuda" : "cpu");
  to.Set("devices", WriteDevices(env, model.devices()));
  return to;
}

}  // namespace deeplab::addon
