#include "pipeline/exchange_cuda.h"

namespace deeplab::pipeline {

ExchangeBuffer::ExchangeBuffer(const infer::DeviceSlot& slot, const char* what)
    : is_managed_(slot.exchange().mode == cuda::MemoryMode::kManaged),
      what_(what),
      memory_(slot.memory()),
      stream_(slot.stream()),
      own_(slot.memory(), slot.stream(), what) {}

cuda::CUdeviceptr ExchangeBuffer::grow(size_t bytes) {
  if (bytes == 0) return 0;
  if (!is_managed_) {
    own_.grow(bytes);
    return own_.address();
  }
  if (managed_ == nullptr || managed_->size() < bytes) {
    managed_.reset();  // first, so that both need not fit
    managed_ = std::make_unique<cuda::ManagedMemory>(memory_, stream_, bytes, what_);
  }
  return managed_->address();
}

}  // namespace deeplab::pipeline
