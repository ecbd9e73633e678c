// Primary contexts, and the stack of each thread.
#include "contexts.h"
#include "entry.h"

namespace deeplab::cuda {

using namespace doubles;

CUresult cuDevicePrimaryCtxRetain(CUcontext* context, CUdevice ordinal) {
  return DriverCall(__func__, [&](Call& call) {
    if (static_cast<size_t>(ordinal) >= call.state.devices.size()) {
      return CUDA_ERROR_INVALID_DEVICE;
    }
    Device& device = call.state.devices[static_cast<size_t>(ordinal)];
    if (device.lost != CUDA_SUCCESS) return device.lost;
    if (device.context == nullptr) {
      auto fresh = std::make_shared<Context>();
      fresh->device = ordinal;
      device.context = call.state.contexts.add(std::move(fresh));
    }
    ++call.state.contexts.find(device.context)->retained;
    *context = device.context;
    return CUresult{CUDA_SUCCESS};
  });
}

CUresult cuDevicePrimaryCtxRelease_v2(CUdevice ordinal) {
  return DriverCall(__func__, [&](Call& call) {
    if (static_cast<size_t>(ordinal) >= call.state.devices.size()) {
      return CUDA_ERROR_INVALID_DEVICE;
    }
    Device& device = call.state.devices[static_cast<size_t>(ordinal)];
    const auto context = call.state.contexts.find(device.context);
    if (context == nullptr) return CUDA_ERROR_INVALID_CONTEXT;
    if (--context->retained > 0) return CUDA_SUCCESS;
    call.state.contexts.erase(device.context);
    device.context = nullptr;
    DestroyContext(&call, ordinal);
    return CUDA_SUCCESS;
  });
}

CUresult cuCtxPushCurrent_v2(CUcontext context) {
  return DriverCall(__func__, [&](Call& call) {
    if (call.state.contexts.find(context) == nullptr) return CUDA_ERROR_INVALID_CONTEXT;
    ContextStack().push_back(context);
    return CUDA_SUCCESS;
  });
}

CUresult cuCtxPopCurrent_v2(CUcontext* context) {
  return DriverCall(__func__, [&](Call&) {
    std::vector<CUcontext>& stack = ContextStack();
    if (stack.empty()) return CUDA_ERROR_INVALID_CONTEXT;
    if (context != nullptr) *context = stack.back();
    stack.pop_back();
    return CUDA_SUCCESS;
  });
}

CUresult cuCtxGetCurrent(CUcontext* context) {
  return DriverCall(__func__, [&](Call&) {
    if (context == nullptr) return CUDA_ERROR_INVALID_VALUE;
    *context = ContextStack().empty() ? nullptr : ContextStack().back();
    return CUDA_SUCCESS;
  });
}

}  // namespace deeplab::cuda
