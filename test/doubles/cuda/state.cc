#include "state.h"

namespace deeplab::doubles {

bool IsSticky(CUresult result) noexcept {
  switch (result) {
    case CUDA_ERROR_DEINITIALIZED:
    case CUDA_ERROR_ECC_UNCORRECTABLE:
    case CUDA_ERROR_NVLINK_UNCORRECTABLE:
    case CUDA_ERROR_ILLEGAL_ADDRESS:
    case CUDA_ERROR_LAUNCH_TIMEOUT:
    case CUDA_ERROR_CONTEXT_IS_DESTROYED:
    case CUDA_ERROR_ASSERT:
    case CUDA_ERROR_MPS_CLIENT_TERMINATED:
    case CUDA_ERROR_EXTERNAL_DEVICE:
      return true;
    default:
      return result >= CUDA_ERROR_HARDWARE_STACK_ERROR && result <= CUDA_ERROR_LAUNCH_FAILED;
  }
}

State& TheState() {
  static auto* const state = new State();
  return *state;
}

CUresult LostResult(int device) { return TheState().devices[static_cast<size_t>(device)].lost; }

void Lose(int device, CUresult result) {
  CUresult& lost = TheState().devices[static_cast<size_t>(device)].lost;
  if (lost == CUDA_SUCCESS) lost = result;
  TheState().changed.notify_all();
}

}  // namespace deeplab::doubles
