// The part of the CUDA driver API that is used here: own declarations of its binary interface
// (types, constants, function signatures), no vendor header. A test holds every line against the
// real ones.
#pragma once

#include <cstddef>
#include <cstdint>

// Tags of the driver's opaque objects, as every library that shares a stream with us spells them.
struct CUctx_st;
struct CUmod_st;
struct CUfunc_st;
struct CUstream_st;
struct CUevent_st;
struct CUgraph_st;
struct CUgraphExec_st;
struct CUgraphNode_st;
struct CUgraphEdgeData_st;
struct CUarray_st;
struct CUkern_st;
struct CUmemPoolHandle_st;

namespace deeplab::cuda {

using CUresult = int;
using CUdevice = int;
using CUdeviceptr = unsigned long long;
using CUcontext = CUctx_st*;
using CUmodule = CUmod_st*;
using CUfunction = CUfunc_st*;
using CUstream = CUstream_st*;
using CUevent = CUevent_st*;
using CUgraph = CUgraph_st*;
using CUgraphExec = CUgraphExec_st*;
using CUgraphNode = CUgraphNode_st*;
using CUmemoryPool = CUmemPoolHandle_st*;
using CUhostFn = void (*)(void*);

struct CUuuid {
  char bytes[16];
};

struct CUmemLocation {
  int type;
  int id;
};

struct CUmemPoolProps {
  int allocType;
  int handleTypes;
  CUmemLocation location;
  void* win32SecurityAttributes;
  size_t maxSize;
  unsigned short usage;
  unsigned char reserved[54];
};

struct CUDA_MEMCPY3D {
  size_t srcXInBytes, srcY, srcZ;
  size_t srcLOD;
  int srcMemoryType;
  const void* srcHost;
  CUdeviceptr srcDevice;
  CUarray_st* srcArray;
  void* reserved0;
  size_t srcPitch, srcHeight;

  size_t dstXInBytes, dstY, dstZ;
  size_t dstLOD;
  int dstMemoryType;
  void* dstHost;
  CUdeviceptr dstDevice;
  CUarray_st* dstArray;
  void* reserved1;
  size_t dstPitch, dstHeight;

  size_t WidthInBytes, Height, Depth;
};

struct CUDA_KERNEL_NODE_PARAMS {
  CUfunction func;
  unsigned gridDimX, gridDimY, gridDimZ;
  unsigned blockDimX, blockDimY, blockDimZ;
  unsigned sharedMemBytes;
  void** kernelParams;
  void** extra;
  CUkern_st* kern;
  CUcontext ctx;
};

// X(name, value): results that are looked at by name; every other one is shown in the driver's
// words.
#define DEEPLAB_CUDA_RESULTS(X)                     \
  X(CUDA_SUCCESS, 0)                                \
  X(CUDA_ERROR_INVALID_VALUE, 1)                    \
  X(CUDA_ERROR_OUT_OF_MEMORY, 2)                    \
  X(CUDA_ERROR_NOT_INITIALIZED, 3)                  \
  X(CUDA_ERROR_DEINITIALIZED, 4)                    \
  X(CUDA_ERROR_NO_DEVICE, 100)                      \
  X(CUDA_ERROR_INVALID_DEVICE, 101)                 \
  X(CUDA_ERROR_INVALID_IMAGE, 200)                  \
  X(CUDA_ERROR_INVALID_CONTEXT, 201)                \
  X(CUDA_ERROR_NO_BINARY_FOR_GPU, 209)              \
  X(CUDA_ERROR_ECC_UNCORRECTABLE, 214)              \
  X(CUDA_ERROR_NVLINK_UNCORRECTABLE, 220)           \
  X(CUDA_ERROR_INVALID_HANDLE, 400)                 \
  X(CUDA_ERROR_NOT_FOUND, 500)                      \
  X(CUDA_ERROR_NOT_READY, 600)                      \
  X(CUDA_ERROR_ILLEGAL_ADDRESS, 700)                \
  X(CUDA_ERROR_LAUNCH_TIMEOUT, 702)                 \
  X(CUDA_ERROR_CONTEXT_IS_DESTROYED, 709)           \
  X(CUDA_ERROR_ASSERT, 710)                         \
  X(CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED, 712) \
  X(CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED, 713)     \
  X(CUDA_ERROR_HARDWARE_STACK_ERROR, 714)           \
  X(CUDA_ERROR_ILLEGAL_INSTRUCTION, 715)            \
  X(CUDA_ERROR_MISALIGNED_ADDRESS, 716)             \
  X(CUDA_ERROR_INVALID_ADDRESS_SPACE, 717)          \
  X(CUDA_ERROR_INVALID_PC, 718)                     \
  X(CUDA_ERROR_LAUNCH_FAILED, 719)                  \
  X(CUDA_ERROR_NOT_SUPPORTED, 801)                  \
  X(CUDA_ERROR_MPS_CLIENT_TERMINATED, 810)          \
  X(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, 900)     \
  X(CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, 901)     \
  X(CUDA_ERROR_STREAM_CAPTURE_UNMATCHED, 903)       \
  X(CUDA_ERROR_STREAM_CAPTURE_UNJOINED, 904)        \
  X(CUDA_ERROR_STREAM_CAPTURE_ISOLATION, 905)       \
  X(CUDA_ERROR_CAPTURED_EVENT, 907)                 \
  X(CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD, 908)    \
  X(CUDA_ERROR_EXTERNAL_DEVICE, 911)                \
  X(CUDA_ERROR_UNKNOWN, 999)

// X(name, value): attributes and flags.
#define DEEPLAB_CUDA_CONSTANTS(X)                              \
  X(CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK, 1)              \
  X(CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_X, 2)                    \
  X(CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Y, 3)                    \
  X(CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Z, 4)                    \
  X(CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_X, 5)                     \
  X(CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Y, 6)                     \
  X(CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Z, 7)                     \
  X(CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK, 8)        \
  X(CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, 16)              \
  X(CU_DEVICE_ATTRIBUTE_INTEGRATED, 18)                        \
  X(CU_DEVICE_ATTRIBUTE_CAN_MAP_HOST_MEMORY, 19)               \
  X(CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE, 36)                 \
  X(CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH, 37)           \
  X(CU_DEVICE_ATTRIBUTE_UNIFIED_ADDRESSING, 41)                \
  X(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, 75)          \
  X(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, 76)          \
  X(CU_DEVICE_ATTRIBUTE_MANAGED_MEMORY, 83)                    \
  X(CU_DEVICE_ATTRIBUTE_CONCURRENT_MANAGED_ACCESS, 89)         \
  X(CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN, 97) \
  X(CU_DEVICE_ATTRIBUTE_HOST_REGISTER_SUPPORTED, 99)           \
  X(CU_DEVICE_ATTRIBUTE_MEMORY_POOLS_SUPPORTED, 115)           \
  X(CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK, 0)                \
  X(CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES, 1)                    \
  X(CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, 8)        \
  X(CU_MEMHOSTALLOC_PORTABLE, 1)                               \
  X(CU_MEMHOSTALLOC_DEVICEMAP, 2)                              \
  X(CU_MEMHOSTREGISTER_PORTABLE, 1)                            \
  X(CU_MEMHOSTREGISTER_DEVICEMAP, 2)                           \
  X(CU_MEM_ATTACH_GLOBAL, 1)                                   \
  X(CU_MEM_ATTACH_HOST, 2)                                     \
  X(CU_MEM_ATTACH_SINGLE, 4)                                   \
  X(CU_STREAM_NON_BLOCKING, 1)                                 \
  X(CU_STREAM_CAPTURE_MODE_THREAD_LOCAL, 1)                    \
  X(CU_STREAM_CAPTURE_STATUS_NONE, 0)                          \
  X(CU_STREAM_CAPTURE_STATUS_ACTIVE, 1)                        \
  X(CU_STREAM_CAPTURE_STATUS_INVALIDATED, 2)                   \
  X(CU_EVENT_BLOCKING_SYNC, 1)                                 \
  X(CU_EVENT_DISABLE_TIMING, 2)                                \
  X(CU_JIT_ERROR_LOG_BUFFER, 5)                                \
  X(CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES, 6)                     \
  X(CU_MEMORYTYPE_HOST, 1)                                     \
  X(CU_MEMORYTYPE_DEVICE, 2)                                   \
  X(CU_MEM_ALLOCATION_TYPE_PINNED, 1)                          \
  X(CU_MEM_LOCATION_TYPE_DEVICE, 1)                            \
  X(CU_MEMPOOL_ATTR_RELEASE_THRESHOLD, 4)                      \
  X(CU_MEMPOOL_ATTR_RESERVED_MEM_CURRENT, 5)                   \
  X(CU_MEMPOOL_ATTR_USED_MEM_CURRENT, 7)

#define DEEPLAB_CUDA_CONSTANT(name, value) constexpr int name = value;
DEEPLAB_CUDA_RESULTS(DEEPLAB_CUDA_CONSTANT)
DEEPLAB_CUDA_CONSTANTS(DEEPLAB_CUDA_CONSTANT)
#undef DEEPLAB_CUDA_CONSTANT

// X(member, exported symbol, parameters): a driver without one of these is refused. All return
// CUresult; the symbols with _v2 are those that cuda.h's plain names stand for.
#define DEEPLAB_CUDA_FUNCTIONS(X)                                                                \
  X(Init, cuInit, (unsigned))                                                                    \
  X(DriverGetVersion, cuDriverGetVersion, (int*))                                                \
  X(GetErrorName, cuGetErrorName, (CUresult, const char**))                                      \
  X(GetErrorString, cuGetErrorString, (CUresult, const char**))                                  \
  X(DeviceGetCount, cuDeviceGetCount, (int*))                                                    \
  X(DeviceGet, cuDeviceGet, (CUdevice*, int))                                                    \
  X(DeviceGetName, cuDeviceGetName, (char*, int, CUdevice))                                      \
  X(DeviceTotalMem, cuDeviceTotalMem_v2, (size_t*, CUdevice))                                    \
  X(DeviceGetAttribute, cuDeviceGetAttribute, (int*, int, CUdevice))                             \
  X(DeviceGetUuid, cuDeviceGetUuid_v2, (CUuuid*, CUdevice))                                      \
  X(DeviceGetPCIBusId, cuDeviceGetPCIBusId, (char*, int, CUdevice))                              \
  X(DevicePrimaryCtxRetain, cuDevicePrimaryCtxRetain, (CUcontext*, CUdevice))                    \
  X(DevicePrimaryCtxRelease, cuDevicePrimaryCtxRelease_v2, (CUdevice))                           \
  X(CtxPushCurrent, cuCtxPushCurrent_v2, (CUcontext))                                            \
  X(CtxPopCurrent, cuCtxPopCurrent_v2, (CUcontext*))                                             \
  X(CtxGetCurrent, cuCtxGetCurrent, (CUcontext*))                                                \
  X(MemGetInfo, cuMemGetInfo_v2, (size_t*, size_t*))                                             \
  X(MemAlloc, cuMemAlloc_v2, (CUdeviceptr*, size_t))                                             \
  X(MemFree, cuMemFree_v2, (CUdeviceptr))                                                        \
  X(MemAllocManaged, cuMemAllocManaged, (CUdeviceptr*, size_t, unsigned))                        \
  X(MemHostAlloc, cuMemHostAlloc, (void**, size_t, unsigned))                                    \
  X(MemFreeHost, cuMemFreeHost, (void*))                                                         \
  X(MemHostRegister, cuMemHostRegister_v2, (void*, size_t, unsigned))                            \
  X(MemHostUnregister, cuMemHostUnregister, (void*))                                             \
  X(MemHostGetDevicePointer, cuMemHostGetDevicePointer_v2, (CUdeviceptr*, void*, unsigned))      \
  X(MemcpyHtoDAsync, cuMemcpyHtoDAsync_v2, (CUdeviceptr, const void*, size_t, CUstream))         \
  X(MemcpyDtoHAsync, cuMemcpyDtoHAsync_v2, (void*, CUdeviceptr, size_t, CUstream))               \
  X(MemcpyDtoDAsync, cuMemcpyDtoDAsync_v2, (CUdeviceptr, CUdeviceptr, size_t, CUstream))         \
  X(MemsetD8Async, cuMemsetD8Async, (CUdeviceptr, unsigned char, size_t, CUstream))              \
  X(StreamCreate, cuStreamCreate, (CUstream*, unsigned))                                         \
  X(StreamDestroy, cuStreamDestroy_v2, (CUstream))                                               \
  X(StreamSynchronize, cuStreamSynchronize, (CUstream))                                          \
  X(StreamQuery, cuStreamQuery, (CUstream))                                                      \
  X(StreamWaitEvent, cuStreamWaitEvent, (CUstream, CUevent, unsigned))                           \
  X(StreamAttachMemAsync, cuStreamAttachMemAsync, (CUstream, CUdeviceptr, size_t, unsigned))     \
  X(StreamBeginCapture, cuStreamBeginCapture_v2, (CUstream, int))                                \
  X(StreamEndCapture, cuStreamEndCapture, (CUstream, CUgraph*))                                  \
  X(StreamIsCapturing, cuStreamIsCapturing, (CUstream, int*))                                    \
  X(EventCreate, cuEventCreate, (CUevent*, unsigned))                                            \
  X(EventDestroy, cuEventDestroy_v2, (CUevent))                                                  \
  X(EventRecord, cuEventRecord, (CUevent, CUstream))                                             \
  X(EventQuery, cuEventQuery, (CUevent))                                                         \
  X(EventSynchronize, cuEventSynchronize, (CUevent))                                             \
  X(EventElapsedTime, cuEventElapsedTime, (float*, CUevent, CUevent))                            \
  X(GraphInstantiate, cuGraphInstantiateWithFlags, (CUgraphExec*, CUgraph, unsigned long long))  \
  X(GraphLaunch, cuGraphLaunch, (CUgraphExec, CUstream))                                         \
  X(GraphExecDestroy, cuGraphExecDestroy, (CUgraphExec))                                         \
  X(GraphDestroy, cuGraphDestroy, (CUgraph))                                                     \
  X(GraphExecMemcpyNodeSetParams, cuGraphExecMemcpyNodeSetParams,                                \
    (CUgraphExec, CUgraphNode, const CUDA_MEMCPY3D*, CUcontext))                                 \
  X(GraphExecKernelNodeSetParams, cuGraphExecKernelNodeSetParams_v2,                             \
    (CUgraphExec, CUgraphNode, const CUDA_KERNEL_NODE_PARAMS*))                                  \
  X(ModuleLoadDataEx, cuModuleLoadDataEx, (CUmodule*, const void*, unsigned, int*, void**))      \
  X(ModuleUnload, cuModuleUnload, (CUmodule))                                                    \
  X(ModuleGetFunction, cuModuleGetFunction, (CUfunction*, CUmodule, const char*))                \
  X(FuncGetAttribute, cuFuncGetAttribute, (int*, int, CUfunction))                               \
  X(FuncSetAttribute, cuFuncSetAttribute, (CUfunction, int, int))                                \
  X(LaunchKernel, cuLaunchKernel,                                                                \
    (CUfunction, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, CUstream, \
     void**, void**))                                                                            \
  X(LaunchHostFunc, cuLaunchHostFunc, (CUstream, CUhostFn, void*))

// The same for those that may be missing (null then): stream-ordered allocation, and, before CUDA
// 12.3, what a capture has come to.
#define DEEPLAB_CUDA_OPTIONAL_FUNCTIONS(X)                                                 \
  X(MemPoolCreate, cuMemPoolCreate, (CUmemoryPool*, const CUmemPoolProps*))                \
  X(MemPoolDestroy, cuMemPoolDestroy, (CUmemoryPool))                                      \
  X(MemPoolGetAttribute, cuMemPoolGetAttribute, (CUmemoryPool, int, void*))                \
  X(MemPoolSetAttribute, cuMemPoolSetAttribute, (CUmemoryPool, int, void*))                \
  X(MemPoolTrimTo, cuMemPoolTrimTo, (CUmemoryPool, size_t))                                \
  X(MemAllocFromPoolAsync, cuMemAllocFromPoolAsync,                                        \
    (CUdeviceptr*, size_t, CUmemoryPool, CUstream))                                        \
  X(MemFreeAsync, cuMemFreeAsync, (CUdeviceptr, CUstream))                                 \
  X(StreamGetCaptureInfo, cuStreamGetCaptureInfo_v3,                                       \
    (CUstream, int*, uint64_t*, CUgraph*, const CUgraphNode**, const CUgraphEdgeData_st**, \
     size_t*))

// One function of the driver with the name that messages show. `call` is null where an optional
// function is missing.
template <typename Signature>
struct Entry {
  const char* name;
  Signature* call = nullptr;
};

struct DriverApi {
#define DEEPLAB_CUDA_MEMBER(member, symbol, parameters) Entry<CUresult parameters> member{#symbol};
  DEEPLAB_CUDA_FUNCTIONS(DEEPLAB_CUDA_MEMBER)
  DEEPLAB_CUDA_OPTIONAL_FUNCTIONS(DEEPLAB_CUDA_MEMBER)
#undef DEEPLAB_CUDA_MEMBER
};

}  // namespace deeplab::cuda
