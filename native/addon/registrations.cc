#include "addon/registrations.h"

#include <utility>

#include "addon/border.h"

namespace deeplab::addon {

uint32_t Registrations::add(const pipeline::Model& model, Napi::Uint8Array shared) {
  if (!IsShared(shared)) BorderError("bytes", "in a SharedArrayBuffer");
  Entry entry{Napi::Persistent(shared.As<Napi::Object>()), nullptr};
  if (auto registration = model.register_memory(shared.Data(), shared.ByteLength())) {
    entry.memory = HeldMemory::Enter(shared.Data(), shared.ByteLength(),
                                     HeldMemory::Kind::kRegistered, std::move(registration));
  }
  entries_.emplace(++last_id_, std::move(entry));
  return last_id_;
}

}  // namespace deeplab::addon
