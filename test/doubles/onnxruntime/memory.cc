// The part of the C interface that is about memory: tensors over a device's are refused where there
// is none behind them, which the real one would find out much later.
#include <cstring>

#include "gpu.h"
#include "session.h"
#include "table.h"

namespace deeplab::doubles::ort {
namespace {

bool IsDevicePlace(const OrtMemoryInfo* place) {
  const char* name = nullptr;
  Check(TheReal().more.MemoryInfoGetName(place, &name));
  return std::strcmp(name, "Cuda") == 0;
}

OrtStatus* CreateMemoryInfo(const char* name, int32_t allocator, int device, int32_t kind,
                            OrtMemoryInfo** out) {
  return Guarded([&] {
    Begin("CreateMemoryInfo");
    if (std::strcmp(name, "Cuda") == 0) RequireDevice(device);
    Check(TheReal().api.CreateMemoryInfo(name, allocator, device, kind, out));
  });
}

OrtStatus* CreateTensorWithDataAsOrtValue(const OrtMemoryInfo* place, void* data, size_t bytes,
                                          const int64_t* dims, size_t rank, int32_t element,
                                          OrtValue** out) {
  return Guarded([&] {
    Begin("CreateTensorWithDataAsOrtValue");
    if (IsDevicePlace(place) && HostRange(reinterpret_cast<uint64_t>(data), bytes) == nullptr) {
      NoteMisuse("a tensor on a device over memory that is not the device's");
      throw Failure{kInvalidArgument, "the tensor's memory is not the device's"};
    }
    Check(
        TheReal().api.CreateTensorWithDataAsOrtValue(place, data, bytes, dims, rank, element, out));
  });
}

void ReleaseValue(OrtValue* value) {
  std::shared_ptr<ArenaPiece> piece;  // goes outside of the lock
  {
    const Lock lock(TheState().mutex);
    const auto found = TheState().outputs.find(value);
    if (found != TheState().outputs.end()) {
      piece = std::move(found->second);
      TheState().outputs.erase(found);
      --TheState().counters.outputs;
    }
  }
  TheReal().api.ReleaseValue(value);
}

}  // namespace

void ReplaceMemoryFunctions(void** table) {
  DEEPLAB_DOUBLE_REPLACE(table, CreateMemoryInfo);
  DEEPLAB_DOUBLE_REPLACE(table, CreateTensorWithDataAsOrtValue);
  DEEPLAB_DOUBLE_REPLACE(table, ReleaseValue);
}

}  // namespace deeplab::doubles::ort
