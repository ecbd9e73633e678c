// The copy of ONNX Runtime's function table that the proxy hands out.
#pragma once

#include "state.h"

namespace deeplab::doubles::ort {

// Puts the proxy's functions into a copy of the real table.
void ReplaceProviderFunctions(void** table);
void ReplaceSessionFunctions(void** table);
void ReplaceMemoryFunctions(void** table);
void ReplaceBindingFunctions(void** table);

// The slots by name, and a function of the declared type into its slot.
enum Slot {
#define DEEPLAB_DOUBLE_SLOT(slot, result, name, ...) kSlot##name = slot,
  DEEPLAB_ORT_FUNCTIONS(DEEPLAB_DOUBLE_SLOT)
#undef DEEPLAB_DOUBLE_SLOT
};
#define DEEPLAB_DOUBLE_REPLACE(table, name) \
  (table)[kSlot##name] = reinterpret_cast<void*>(static_cast<decltype(infer::OrtApi::name)>(&name))

}  // namespace deeplab::doubles::ort
