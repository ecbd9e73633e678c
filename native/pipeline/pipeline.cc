#include "pipeline/pipeline.h"

#include "core/thread_pool.h"
#include "pipeline/batch_cuda.h"
#include "pipeline/batch_host.h"

namespace deeplab::pipeline {

Batch::Batch(const infer::Session& session) : session_(session) {
  units.reserve(static_cast<size_t>(session.limits().max_batch));
}

void Batch::clear() noexcept {
  units.clear();
  ran_ = false;
  network_ms_ = 0;
}

std::unique_ptr<Batch> NewBatch(infer::Session& session, infer::Slot& slot, const Stages& stages) {
  ThreadPool& pool = ThreadPool::Instance();
  switch (session.limits().memory) {
    case infer::MemoryKind::kHost:
      return std::make_unique<HostBatch>(session, slot, stages, pool);
    case infer::MemoryKind::kDevice:
      return std::make_unique<DeviceBatch>(session, dynamic_cast<infer::DeviceSlot&>(slot), pool);
  }
  throw Error(ErrorCode::kInternal, "There are no stages for this kind of memory.");
}

}  // namespace deeplab::pipeline
