#include "fake_driver.h"

#include <cstdlib>
#include <cstring>

namespace deeplab::cuda {
namespace {

// Contexts of the calling thread, the current one last.
thread_local std::vector<CUcontext> contexts;

// The function that stands in the driver's table: counted, made to fail, else the test's own.
template <typename Signature>
struct Stub;
template <typename... P>
struct Stub<CUresult(P...)> {
  template <auto kEntry, auto kBehaviour>
  static CUresult Call(P... arguments) {
    FakeDriver& fake = *FakeDriver::active;
    CUresult result = CUDA_SUCCESS;
    if (fake.enter((fake.driver.api.*kEntry).name, &result)) return result;
    const auto& behaviour = fake.*kBehaviour;
    return behaviour ? behaviour(arguments...) : CUDA_SUCCESS;
  }
};

const char* NameOfResult(CUresult result) {
  switch (result) {
#define DEEPLAB_CASE(name, value) \
  case value:                     \
    return #name;
    DEEPLAB_CUDA_RESULTS(DEEPLAB_CASE)
#undef DEEPLAB_CASE
  }
  return nullptr;
}

unsigned long long Number(unsigned long long handle) { return handle; }
template <typename T>
unsigned long long Number(T* handle) {
  return reinterpret_cast<unsigned long long>(handle);
}

}  // namespace

FakeDriver* FakeDriver::active = nullptr;

FakeDriver::FakeDriver() {
  active = this;
  contexts.clear();
  driver.path = "libcuda.so.1";
  driver.version = 12060;
  driver.device_count = 2;
#define DEEPLAB_BIND(member, symbol, parameters) \
  driver.api.member.call =                       \
      &Stub<CUresult parameters>::Call<&DriverApi::member, &FakeDriver::member>;
  DEEPLAB_CUDA_FUNCTIONS(DEEPLAB_BIND)
  DEEPLAB_CUDA_OPTIONAL_FUNCTIONS(DEEPLAB_BIND)
#undef DEEPLAB_BIND
  fill_devices();
  fill_contexts();
  fill_objects();
  fill_memory();
  fill_modules();
}

FakeDriver::~FakeDriver() { active = nullptr; }

bool FakeDriver::enter(const char* name, CUresult* result) {
  const std::lock_guard<std::mutex> lock(mutex_);
  ++calls_[name];
  log.emplace_back(name);
  // Texts of errors are no steps of any work.
  if (std::strncmp(name, "cuGetError", 10) == 0) return false;
  if (fail_in_ == 0 || (!fail_name_.empty() && fail_name_ != name) || --fail_in_ > 0) return false;
  *result = fail_with_;
  return true;
}

void FakeDriver::fail(int nth, CUresult result, const std::string& name) {
  fail_in_ = nth;
  fail_with_ = result;
  fail_name_ = name;
}

int FakeDriver::calls(const std::string& name) const {
  const auto there = calls_.find(name);
  return there == calls_.end() ? 0 : there->second;
}

int FakeDriver::all_calls() const {
  int sum = 0;
  for (const auto& [name, count] : calls_) sum += count;
  return sum;
}

size_t FakeDriver::alive(const std::string& kind) const {
  const auto there = alive_.find(kind);
  return there == alive_.end() ? 0 : there->second.size();
}

size_t FakeDriver::alive() const {
  size_t sum = 0;
  for (const auto& [kind, handles] : alive_) sum += handles.size();
  return sum;
}

size_t FakeDriver::used() const { return used_; }

CUcontext FakeDriver::current() const { return contexts.empty() ? nullptr : contexts.back(); }

CUcontext FakeDriver::context_of(int ordinal) {
  return reinterpret_cast<CUcontext>(0x1000ull + static_cast<unsigned>(ordinal));
}

template <typename T>
T FakeDriver::make(const char* kind) {
  const std::lock_guard<std::mutex> lock(mutex_);
  next_ += 4096;
  alive_[kind].insert(next_);
  return reinterpret_cast<T>(next_);
}

template <typename T>
CUresult FakeDriver::destroy(const char* kind, T handle) {
  const std::lock_guard<std::mutex> lock(mutex_);
  return alive_[kind].erase(Number(handle)) == 1 ? CUDA_SUCCESS : CUDA_ERROR_INVALID_HANDLE;
}

void FakeDriver::fill_devices() {
  attributes = {{CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, 8},
                {CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, 9},
                {CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, 58},
                {CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK, 48 << 10},
                {CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN, 99 << 10},
                {CU_DEVICE_ATTRIBUTE_UNIFIED_ADDRESSING, 1},
                {CU_DEVICE_ATTRIBUTE_MEMORY_POOLS_SUPPORTED, 1},
                {CU_DEVICE_ATTRIBUTE_CAN_MAP_HOST_MEMORY, 1},
                {CU_DEVICE_ATTRIBUTE_HOST_REGISTER_SUPPORTED, 1},
                {CU_DEVICE_ATTRIBUTE_MANAGED_MEMORY, 1},
                {CU_DEVICE_ATTRIBUTE_CONCURRENT_MANAGED_ACCESS, 1}};
  GetErrorName = [](CUresult result, const char** name) {
    *name = NameOfResult(result);
    return *name != nullptr ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
  };
  GetErrorString = [](CUresult, const char** text) {
    *text = "the driver's text";
    return CUDA_SUCCESS;
  };
  DeviceGet = [](CUdevice* device, int ordinal) { return *device = ordinal, CUDA_SUCCESS; };
  DeviceGetName = [](char* name, int size, CUdevice) {
    std::strncpy(name, "NVIDIA L4", static_cast<size_t>(size));
    return CUDA_SUCCESS;
  };
  DeviceGetPCIBusId = [](char* id, int size, CUdevice) {
    std::strncpy(id, "0000:01:00.0", static_cast<size_t>(size));
    return CUDA_SUCCESS;
  };
  DeviceTotalMem = [this](size_t* bytes, CUdevice) { return *bytes = capacity, CUDA_SUCCESS; };
  DeviceGetAttribute = [this](int* value, int attribute, CUdevice) {
    return *value = attributes[attribute], CUDA_SUCCESS;
  };
}

void FakeDriver::fill_contexts() {
  DevicePrimaryCtxRetain = [this](CUcontext* context, CUdevice device) {
    make<void*>("context");
    return *context = context_of(device), CUDA_SUCCESS;
  };
  DevicePrimaryCtxRelease = [this](CUdevice) {
    const std::lock_guard<std::mutex> lock(mutex_);
    auto& held = alive_["context"];
    if (held.empty()) return CUDA_ERROR_INVALID_CONTEXT;
    return held.erase(held.begin()), CUDA_SUCCESS;
  };
  CtxGetCurrent = [this](CUcontext* context) { return *context = current(), CUDA_SUCCESS; };
  CtxPushCurrent = [](CUcontext context) { return contexts.push_back(context), CUDA_SUCCESS; };
  CtxPopCurrent = [](CUcontext* context) {
    if (contexts.empty()) return CUDA_ERROR_INVALID_CONTEXT;
    *context = contexts.back();
    return contexts.pop_back(), CUDA_SUCCESS;
  };
}

void FakeDriver::fill_objects() {
  StreamCreate = [this](CUstream* stream, unsigned) {
    if (current() == nullptr) return CUDA_ERROR_INVALID_CONTEXT;
    return *stream = make<CUstream>("stream"), CUDA_SUCCESS;
  };
  StreamDestroy = [this](CUstream stream) { return destroy("stream", stream); };
  StreamIsCapturing = [](CUstream, int* status) {
    return *status = CU_STREAM_CAPTURE_STATUS_NONE, CUDA_SUCCESS;
  };
  StreamEndCapture = [this](CUstream, CUgraph* graph) {
    return *graph = make<CUgraph>("graph"), CUDA_SUCCESS;
  };
  StreamGetCaptureInfo = [this](CUstream, int* status, uint64_t*, CUgraph*,
                                const CUgraphNode** nodes, const CUgraphEdgeData_st**,
                                size_t* count) {
    last_node_ = reinterpret_cast<CUgraphNode>(0x3000 + static_cast<unsigned>(all_calls()));
    *status = CU_STREAM_CAPTURE_STATUS_ACTIVE;
    *nodes = &last_node_;
    return *count = 1, CUDA_SUCCESS;
  };
  EventCreate = [this](CUevent* event, unsigned) {
    if (current() == nullptr) return CUDA_ERROR_INVALID_CONTEXT;
    return *event = make<CUevent>("event"), CUDA_SUCCESS;
  };
  EventDestroy = [this](CUevent event) { return destroy("event", event); };
  GraphInstantiate = [this](CUgraphExec* exec, CUgraph, unsigned long long) {
    return *exec = make<CUgraphExec>("exec"), CUDA_SUCCESS;
  };
  GraphDestroy = [this](CUgraph graph) { return destroy("graph", graph); };
  GraphExecDestroy = [this](CUgraphExec exec) { return destroy("exec", exec); };
}

CUresult FakeDriver::allocate(CUdeviceptr* address, size_t bytes) {
  if (current() == nullptr) return CUDA_ERROR_INVALID_CONTEXT;
  if (bytes > capacity - used_) return CUDA_ERROR_OUT_OF_MEMORY;
  *address = Number(make<void*>("memory"));
  sizes_[*address] = bytes;
  used_ += bytes;
  return CUDA_SUCCESS;
}

CUresult FakeDriver::release(CUdeviceptr address) {
  used_ -= sizes_[address];
  return destroy("memory", address);
}

void FakeDriver::fill_memory() {
  MemPoolCreate = [this](CUmemoryPool* pool, const CUmemPoolProps*) {
    return *pool = make<CUmemoryPool>("pool"), CUDA_SUCCESS;
  };
  MemPoolDestroy = [this](CUmemoryPool pool) { return destroy("pool", pool); };
  MemGetInfo = [this](size_t* free, size_t* total) {
    *total = capacity;
    return *free = capacity - used_, CUDA_SUCCESS;
  };
  MemAlloc = [this](CUdeviceptr* address, size_t bytes) { return allocate(address, bytes); };
  MemAllocManaged = [this](CUdeviceptr* address, size_t bytes, unsigned) {
    return allocate(address, bytes);
  };
  MemAllocFromPoolAsync = [this](CUdeviceptr* address, size_t bytes, CUmemoryPool, CUstream) {
    return allocate(address, bytes);
  };
  MemFree = [this](CUdeviceptr address) { return release(address); };
  MemFreeAsync = [this](CUdeviceptr address, CUstream) { return release(address); };
  MemHostAlloc = [this](void** data, size_t bytes, unsigned) {
    if (current() == nullptr) return CUDA_ERROR_INVALID_CONTEXT;
    *data = std::aligned_alloc(4096, bytes);
    const std::lock_guard<std::mutex> lock(mutex_);
    return alive_["pinned"].insert(Number(*data)), CUDA_SUCCESS;
  };
  MemFreeHost = [this](void* data) {
    const CUresult result = destroy("pinned", data);
    if (result == CUDA_SUCCESS) std::free(data);
    return result;
  };
  MemHostRegister = [this](void* data, size_t, unsigned) {
    const std::lock_guard<std::mutex> lock(mutex_);
    return alive_["registered"].insert(Number(data)).second
               ? CUDA_SUCCESS
               : CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED;
  };
  MemHostUnregister = [this](void* data) { return destroy("registered", data); };
  MemHostGetDevicePointer = [](CUdeviceptr* address, void* data, unsigned) {
    return *address = Number(data) | 1ull << 60, CUDA_SUCCESS;
  };
}

void FakeDriver::fill_modules() {
  ModuleLoadDataEx = [this](CUmodule* module, const void*, unsigned, int*, void**) {
    if (current() == nullptr) return CUDA_ERROR_INVALID_CONTEXT;
    return *module = make<CUmodule>("module"), CUDA_SUCCESS;
  };
  ModuleUnload = [this](CUmodule module) { return destroy("module", module); };
  ModuleGetFunction = [](CUfunction* function, CUmodule, const char*) {
    return *function = reinterpret_cast<CUfunction>(0x2000), CUDA_SUCCESS;
  };
  FuncGetAttribute = [](int* value, int, CUfunction) { return *value = 1024, CUDA_SUCCESS; };
}

}  // namespace deeplab::cuda
