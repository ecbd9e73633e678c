#include "gpu.h"

#include <dlfcn.h>

#include "cuda/driver_api.h"
#include "log.h"
#include "state.h"

namespace deeplab::doubles::trt {
namespace {

using namespace deeplab::cuda;

struct Functions {
  CUresult (*get_attribute)(int*, int, CUdevice) = nullptr;
  CUresult (*mem_alloc)(CUdeviceptr*, size_t) = nullptr;
  CUresult (*mem_free)(CUdeviceptr) = nullptr;
  CUresult (*error_string)(CUresult, const char**) = nullptr;
  CUresult (*is_capturing)(CUstream_st*, int*) = nullptr;
  int (*current_device)() = nullptr;
  int (*enqueue)(CUstream_st*, void (*)(void*), void*) = nullptr;
  void* (*host_range)(unsigned long long, size_t) = nullptr;

  bool found() const noexcept { return enqueue != nullptr && mem_alloc != nullptr; }
};

template <typename Function>
void Find(void* library, const char* name, Function** function) {
  *function = reinterpret_cast<Function*>(dlsym(library, name));
}

Functions FindFunctions() {
  Functions functions;
  // By its name: whoever opened it may have kept its symbols to himself.
  void* const library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_NOLOAD);
  if (library == nullptr) return functions;
  Find(library, "cuDeviceGetAttribute", &functions.get_attribute);
  Find(library, "cuMemAlloc_v2", &functions.mem_alloc);
  Find(library, "cuMemFree_v2", &functions.mem_free);
  Find(library, "cuGetErrorString", &functions.error_string);
  Find(library, "cuStreamIsCapturing", &functions.is_capturing);
  Find(library, "deeplab_double_cuda_current_device", &functions.current_device);
  Find(library, "deeplab_double_cuda_enqueue", &functions.enqueue);
  Find(library, "deeplab_double_cuda_host_range", &functions.host_range);
  return functions;
}

// Looked for until it is there.
const Functions& Gpu() {
  static Functions functions;
  static std::mutex mutex;
  const Lock lock(mutex);
  if (!functions.found()) functions = FindFunctions();
  return functions;
}

}  // namespace

bool HasGpu() { return Gpu().found(); }

bool CurrentCapability(ComputeCapability* capability, int* result) {
  const int device = Gpu().current_device();
  *result = CUDA_ERROR_INVALID_CONTEXT;
  if (device < 0) return false;
  *result =
      Gpu().get_attribute(&capability->major, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, device);
  if (*result != CUDA_SUCCESS) return false;
  *result =
      Gpu().get_attribute(&capability->minor, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, device);
  return *result == CUDA_SUCCESS;
}

const char* GpuErrorText(int result) {
  switch (result) {  // what TensorRT's lines have, which are the CUDA runtime's words
    case CUDA_ERROR_OUT_OF_MEMORY:
      return "out of memory";
    case CUDA_ERROR_INVALID_CONTEXT:
      return "invalid device context";
    case CUDA_ERROR_ECC_UNCORRECTABLE:
      return "uncorrectable ECC error encountered";
    case CUDA_ERROR_INVALID_HANDLE:
      return "invalid resource handle";
    case CUDA_ERROR_ILLEGAL_ADDRESS:
      return "an illegal memory access was encountered";
    case CUDA_ERROR_LAUNCH_FAILED:
      return "unspecified launch failure";
    case CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED:
      return "operation not permitted when stream is capturing";
    case CUDA_ERROR_STREAM_CAPTURE_INVALIDATED:
      return "operation failed due to a previous error during capture";
    default:
      break;
  }
  const char* text = nullptr;
  Gpu().error_string(result, &text);
  return text != nullptr ? text : "unknown error";
}

bool IsCapturing(CUstream_st* stream) {
  int status = CU_STREAM_CAPTURE_STATUS_NONE;
  return Gpu().is_capturing(stream, &status) == CUDA_SUCCESS &&
         status != CU_STREAM_CAPTURE_STATUS_NONE;
}

int EnqueueJob(CUstream_st* stream, void (*run)(void*), void* argument) {
  return Gpu().enqueue(stream, run, argument);
}

void* JobMemory(uint64_t address, size_t bytes) { return Gpu().host_range(address, bytes); }

void FaultJob() { Gpu().host_range(1, 1); }

GpuMemory::~GpuMemory() { free(); }

bool GpuMemory::allocate(const char* method, size_t bytes) {
  free();
  if (bytes == 0) return true;
  CUdeviceptr address = 0;
  const CUresult result = Gpu().mem_alloc(&address, bytes);
  if (result == CUDA_ERROR_OUT_OF_MEMORY) {
    Log(ILogger::Severity::kERROR, "Requested amount of GPU memory (" + std::to_string(bytes) +
                                       " bytes) could not be allocated. There may not be enough "
                                       "free memory for allocation to succeed.");
    LogError(method, 2, "OutOfMemory", "Requested size was " + std::to_string(bytes) + " bytes.");
    return false;
  }
  if (result != CUDA_SUCCESS) return LogCuda(method, result), false;
  address_ = address;
  size_ = bytes;
  return true;
}

void GpuMemory::free() noexcept {
  if (address_ == 0) return;
  const CUresult result = Gpu().mem_free(address_);
  address_ = 0;
  size_ = 0;
  if (result != CUDA_SUCCESS) LogCuda("cudaFree", result);
}

}  // namespace deeplab::doubles::trt
