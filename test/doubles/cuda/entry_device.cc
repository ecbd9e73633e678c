// The driver itself and its devices.
#include <cstdio>
#include <cstring>

#include "entry.h"

namespace deeplab::cuda {

using namespace doubles;

namespace {

Device* Find(Call* call, CUdevice device) {
  const auto index = static_cast<size_t>(device);
  return index < call->state.devices.size() ? &call->state.devices[index] : nullptr;
}

// `fill` for a device by its ordinal.
template <typename Fill>
CUresult OfDevice(const char* function, const void* out, CUdevice ordinal, const Fill& fill) {
  return DriverCall(function, [&](Call& call) {
    const Device* const device = Find(&call, ordinal);
    if (device == nullptr) return CUDA_ERROR_INVALID_DEVICE;
    return out != nullptr ? fill(call, *device) : CUDA_ERROR_INVALID_VALUE;
  });
}

CUresult CopyText(const std::string& text, char* to, int size) {
  if (size < 1) return CUDA_ERROR_INVALID_VALUE;
  std::snprintf(to, static_cast<size_t>(size), "%s", text.c_str());
  return CUDA_SUCCESS;
}

CUresult Describe(const char* function, CUresult result, const char** text, bool as_name) {
  Call call;
  const CUresult refused = Begin(&call, function, Needs::kNothing);
  if (refused != CUDA_SUCCESS) return refused;
  *text = nullptr;
#define DEEPLAB_DOUBLE_RESULT(name, value) \
  if (result == value) *text = as_name ? #name : "in the double's words: " #name;
  DEEPLAB_CUDA_RESULTS(DEEPLAB_DOUBLE_RESULT)
#undef DEEPLAB_DOUBLE_RESULT
  return *text != nullptr ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}

}  // namespace

CUresult cuInit(unsigned flags) {
  Call call;
  const CUresult refused = Begin(&call, __func__, Needs::kNothing);
  if (refused != CUDA_SUCCESS) return refused;
  if (flags != 0) return CUDA_ERROR_INVALID_VALUE;
  if (call.state.devices.empty()) return CUDA_ERROR_NO_DEVICE;
  call.state.initialized = true;
  return CUDA_SUCCESS;
}

CUresult cuDriverGetVersion(int* version) {
  Call call;
  const CUresult refused = Begin(&call, __func__, Needs::kNothing);
  if (refused != CUDA_SUCCESS) return refused;
  *version = call.state.version;
  return CUDA_SUCCESS;
}

CUresult cuGetErrorName(CUresult result, const char** name) {
  return Describe(__func__, result, name, true);
}

CUresult cuGetErrorString(CUresult result, const char** text) {
  return Describe(__func__, result, text, false);
}

CUresult cuDeviceGetCount(int* count) {
  return DriverCall(__func__, [&](Call& call) {
    *count = static_cast<int>(call.state.devices.size());
    return CUDA_SUCCESS;
  });
}

CUresult cuDeviceGet(CUdevice* device, int ordinal) {
  return OfDevice(__func__, device, ordinal, [&](Call&, const Device&) {
    *device = ordinal;
    return CUDA_SUCCESS;
  });
}

CUresult cuDeviceGetName(char* name, int size, CUdevice ordinal) {
  return OfDevice(__func__, name, ordinal, [&](Call&, const Device& device) {
    return CopyText(device.kind.full_name, name, size);
  });
}

CUresult cuDeviceTotalMem_v2(size_t* bytes, CUdevice ordinal) {
  return OfDevice(__func__, bytes, ordinal, [&](Call&, const Device& device) {
    *bytes = device.total();
    return CUDA_SUCCESS;
  });
}

CUresult cuDeviceGetAttribute(int* value, int attribute, CUdevice ordinal) {
  return OfDevice(__func__, value, ordinal, [&](Call& call, const Device& device) {
    const bool known = DeviceAttribute(device.kind, call.state.has_pools, attribute, value);
    return known ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
  });
}

CUresult cuDeviceGetUuid_v2(CUuuid* uuid, CUdevice ordinal) {
  return OfDevice(__func__, uuid, ordinal, [&](Call&, const Device&) {
    for (int i = 0; i < 16; ++i) uuid->bytes[i] = static_cast<char>(0xd0 + i);
    uuid->bytes[15] = static_cast<char>(ordinal);
    return CUDA_SUCCESS;
  });
}

CUresult cuDeviceGetPCIBusId(char* id, int size, CUdevice ordinal) {
  return OfDevice(__func__, id, ordinal, [&](Call&, const Device&) {
    return CopyText("0000:0" + std::to_string(ordinal + 1) + ":00.0", id, size);
  });
}

}  // namespace deeplab::cuda
