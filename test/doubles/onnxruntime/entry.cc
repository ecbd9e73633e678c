// What a program opens: OrtGetApiBase, and the table with the proxy's own functions in it.
#include <algorithm>
#include <array>

#include "table.h"

namespace deeplab::doubles::ort {
namespace {

// Of the version that the product asks for: test/fixtures/ort-slots.json, "apiSlots".
constexpr size_t kSlots = 276;

void** MakeTable() {
  static std::array<void*, kSlots> table;
  std::copy_n(static_cast<void* const*>(TheReal().table), kSlots, table.begin());
  ReplaceProviderFunctions(table.data());
  ReplaceSessionFunctions(table.data());
  ReplaceMemoryFunctions(table.data());
  ReplaceBindingFunctions(table.data());
  return table.data();
}

// Null for every other version: how long its table is is not known here.
const void* GetApi(uint32_t version) {
  static void** const table = TheReal().table != nullptr ? MakeTable() : nullptr;
  return version == kOrtApiVersion ? table : nullptr;
}

const char* GetVersionString() {
  return TheReal().base != nullptr ? TheReal().base->GetVersionString() : "";
}

const OrtApiBase g_base{GetApi, GetVersionString};

}  // namespace
}  // namespace deeplab::doubles::ort

extern "C" __attribute__((visibility("default"))) const deeplab::infer::OrtApiBase*
OrtGetApiBase() {
  return &deeplab::doubles::ort::g_base;
}
