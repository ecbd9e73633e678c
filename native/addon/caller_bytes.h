// Arrays of JavaScript that are read off its thread. JavaScript thread only, but for data().
#pragma once

#include <napi.h>

#include <memory>

#include "addon/border.h"
#include "addon/errands.h"
#include "core/copy.h"
#include "core/held_memory.h"
#include "core/memory.h"

namespace deeplab::addon {

class CallerBytes {
 public:
  // In place where nobody can take the memory away while it is read: where it is ours (results,
  // allocated pictures), or shared. False: neither, and nothing is held.
  template <typename Array>
  bool hold(const Array& array, Errands::Pins* pins) {
    data_ = array.Data();
    if (array.ByteLength() == 0) return true;
    held_ = HeldMemory::HoldToRead(data_, array.ByteLength());
    if (held_ != nullptr) return true;
    if (!IsShared(array)) return false;
    pins->push_back(Napi::Persistent(array.template As<Napi::Object>()));
    return true;
  }

  // In place likewise, else a copy.
  template <typename Array>
  void take(const Array& array, Errands::Pins* pins) {
    if (hold(array, pins)) return;
    copy_ = BufferPool::Instance().acquire(array.ByteLength());
    CopyInBands(copy_.data(), data_, array.ByteLength());
    data_ = copy_.data();
  }

  const void* data() const noexcept { return data_; }

 private:
  const void* data_ = nullptr;
  HostBuffer copy_;
  std::shared_ptr<const HeldMemory> held_;
};

}  // namespace deeplab::addon
