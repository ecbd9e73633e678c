// Memory of callers that a model's devices read and write by themselves: what registerBuffer() of a
// model handle keeps until it is unregistered, or the handle lets its model go.
#pragma once

#include <napi.h>

#include <cstdint>
#include <memory>
#include <unordered_map>

#include "core/held_memory.h"
#include "pipeline/model.h"

namespace deeplab::addon {

// JavaScript thread only.
class Registrations {
 public:
  // A number for remove(). Throws what the model's session throws.
  uint32_t add(const pipeline::Model& model, Napi::Uint8Array shared);
  // Work that uses the memory holds the registration until it is done. Nothing for unknown numbers.
  void remove(uint32_t id) { entries_.erase(id); }
  void clear() { entries_.clear(); }

 private:
  struct Entry {
    Napi::ObjectReference array;               // the memory stays
    std::shared_ptr<const HeldMemory> memory;  // goes first; null where no device needs it
  };

  std::unordered_map<uint32_t, Entry> entries_;
  uint32_t last_id_ = 0;
};

}  // namespace deeplab::addon
