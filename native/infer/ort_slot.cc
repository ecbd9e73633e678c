#include "infer/ort_slot.h"

namespace deeplab::infer {
namespace {

void* Reserve(HostBuffer* buffer, size_t bytes) {
  if (buffer->size() < bytes) {
    buffer->reset();
    *buffer = BufferPool::Instance().acquire(bytes);
  }
  return buffer->data();
}

}  // namespace

OrtSlot::OrtSlot(const OrtSession& session)
    : session_(session),
      binding_({session.api(), session.model(), nullptr, session.info(), session.limits()}, *this) {
}

void* OrtSlot::input(size_t bytes) { return Reserve(&input_buffer_, bytes); }

void* OrtSlot::output(size_t bytes) { return Reserve(&output_buffer_, bytes); }

}  // namespace deeplab::infer
