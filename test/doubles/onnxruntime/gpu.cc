#include "gpu.h"

#include <dlfcn.h>

#include <mutex>

#include "cuda/driver_api.h"
#include "real.h"

namespace deeplab::doubles::ort {
namespace {

using namespace deeplab::cuda;  // NOLINT: its declarations are the driver's

struct Functions {
  CUresult (*init)(unsigned) = nullptr;
  CUresult (*device_count)(int*) = nullptr;
  CUresult (*error_string)(CUresult, const char**) = nullptr;
  CUresult (*retain)(CUcontext*, CUdevice) = nullptr;
  CUresult (*release)(CUdevice) = nullptr;
  CUresult (*push)(CUcontext) = nullptr;
  CUresult (*pop)(CUcontext*) = nullptr;
  CUresult (*allocate)(CUdeviceptr*, size_t) = nullptr;
  CUresult (*free)(CUdeviceptr) = nullptr;
  CUresult (*stream_create)(CUstream*, unsigned) = nullptr;
  CUresult (*stream_destroy)(CUstream) = nullptr;
  CUresult (*stream_synchronize)(CUstream) = nullptr;
  CUresult (*is_capturing)(CUstream, int*) = nullptr;
  int (*enqueue)(CUstream, void (*)(void*), void*) = nullptr;
  void* (*host_range)(unsigned long long, size_t) = nullptr;
};

template <typename Function>
void Find(void* library, const char* name, Function** function) {
  *function = reinterpret_cast<Function*>(dlsym(library, name));
}

Functions FindFunctions() {
  Functions f;
  // By its name: whoever opened it may have kept its symbols to himself.
  void* const library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_NOLOAD);
  if (library == nullptr) return f;
  Find(library, "cuInit", &f.init);
  Find(library, "cuDeviceGetCount", &f.device_count);
  Find(library, "cuGetErrorString", &f.error_string);
  Find(library, "cuDevicePrimaryCtxRetain", &f.retain);
  Find(library, "cuDevicePrimaryCtxRelease_v2", &f.release);
  Find(library, "cuCtxPushCurrent_v2", &f.push);
  Find(library, "cuCtxPopCurrent_v2", &f.pop);
  Find(library, "cuMemAlloc_v2", &f.allocate);
  Find(library, "cuMemFree_v2", &f.free);
  Find(library, "cuStreamCreate", &f.stream_create);
  Find(library, "cuStreamDestroy_v2", &f.stream_destroy);
  Find(library, "cuStreamSynchronize", &f.stream_synchronize);
  Find(library, "cuStreamIsCapturing", &f.is_capturing);
  Find(library, "deeplab_double_cuda_enqueue", &f.enqueue);
  Find(library, "deeplab_double_cuda_host_range", &f.host_range);
  return f;
}

const Functions& Gpu() {
  static Functions functions;
  static std::mutex mutex;
  const std::lock_guard<std::mutex> lock(mutex);
  if (functions.enqueue == nullptr) functions = FindFunctions();
  return functions;
}

// As ONNX Runtime words it.
void Require(CUresult result, const char* call) {
  if (result == CUDA_SUCCESS) return;
  const char* text = nullptr;
  Gpu().error_string(result, &text);
  throw Failure{kFail, "CUDA failure " + std::to_string(result) + ": " +
                           (text != nullptr ? text : "unknown error") + " ; GPU=0 ; expr=" + call};
}

}  // namespace

void RequireDevice(int device) {
  if (Gpu().enqueue == nullptr) {
    throw Failure{kFail,
                  "CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version"};
  }
  Require(Gpu().init(0), "cudaGetDeviceCount");
  int count = 0;
  Require(Gpu().device_count(&count), "cudaGetDeviceCount");
  if (device < 0 || device >= count) Require(101, "cudaSetDevice(info_.device_id)");
}

OnDevice::OnDevice(int device) : device_(device) {
  CUcontext context = nullptr;
  Require(Gpu().retain(&context, device), "cudaSetDevice(info_.device_id)");
  Gpu().push(context);
}

OnDevice::~OnDevice() {
  CUcontext context = nullptr;
  Gpu().pop(&context);
  Gpu().release(device_);
}

uint64_t AllocateOnDevice(size_t bytes) {
  CUdeviceptr address = 0;
  Require(Gpu().allocate(&address, bytes), "cudaMalloc((void**)&p, size)");
  return address;
}

void FreeOnDevice(uint64_t address) noexcept { Gpu().free(address); }

CUstream_st* NewStream() {
  CUstream stream = nullptr;
  Require(Gpu().stream_create(&stream, CU_STREAM_NON_BLOCKING), "cudaStreamCreateWithFlags");
  return stream;
}

void DeleteStream(CUstream_st* stream) noexcept { Gpu().stream_destroy(stream); }

void Synchronize(CUstream_st* stream) {
  Require(Gpu().stream_synchronize(stream), "cudaStreamSynchronize(stream_)");
}

bool IsCapturing(CUstream_st* stream) {
  int status = CU_STREAM_CAPTURE_STATUS_NONE;
  return Gpu().is_capturing(stream, &status) == CUDA_SUCCESS &&
         status != CU_STREAM_CAPTURE_STATUS_NONE;
}

void EnqueueJob(CUstream_st* stream, void (*run)(void*), void* argument) {
  Require(Gpu().enqueue(stream, run, argument), "cudaLaunchKernel");
}

void* HostRange(uint64_t address, size_t bytes) { return Gpu().host_range(address, bytes); }

void FaultJob() { Gpu().host_range(1, 1); }

}  // namespace deeplab::doubles::ort
