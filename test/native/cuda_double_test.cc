// The double of the CUDA driver: contexts, devices, memory and copies, each with a wrong use that
// it finds.
#include <thread>

#include "cuda_double.h"

namespace deeplab::cuda {
namespace {

using deeplab::test::CudaDouble;

TEST_F(CudaDouble, IsADriverWithPools) {
  EXPECT_EQ(driver_->version, 12060);
  EXPECT_EQ(driver_->device_count, 2);
  EXPECT_TRUE(driver_->has_memory_pools());
  EXPECT_EQ(driver_->describe(CUDA_ERROR_ILLEGAL_ADDRESS).find("CUDA_ERROR_ILLEGAL_ADDRESS ("), 0u);
}

TEST_F(CudaDouble, HasTheDevicesThatItWasGiven) {
  int count = 0, integrated = -1, major = 0;
  EXPECT_EQ(api().DeviceGetCount.call(&count), 0);
  EXPECT_EQ(count, 2);
  EXPECT_EQ(api().DeviceGetAttribute.call(&integrated, CU_DEVICE_ATTRIBUTE_INTEGRATED, 1), 0);
  EXPECT_EQ(api().DeviceGetAttribute.call(&major, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, 0),
            0);
  EXPECT_EQ(integrated, 1);
  EXPECT_EQ(major, 7);
  EXPECT_EQ(api().DeviceGet.call(&count, 2), CUDA_ERROR_INVALID_DEVICE);
  EXPECT_EQ(control().reset("T5"), 0);
}

TEST_F(CudaDouble, WantsAContextOnEachThread) {
  CUdeviceptr at = 0;
  std::thread([&] { EXPECT_EQ(api().MemAlloc.call(&at, 16), CUDA_ERROR_INVALID_CONTEXT); }).join();
  CUcontext popped = nullptr;
  EXPECT_EQ(api().CtxPopCurrent.call(&popped), 0);
  EXPECT_EQ(popped, context_);
  EXPECT_EQ(api().MemAlloc.call(&at, 16), CUDA_ERROR_INVALID_CONTEXT);
  EXPECT_EQ(api().CtxPopCurrent.call(&popped), CUDA_ERROR_INVALID_CONTEXT);
}

TEST_F(CudaDouble, SaysWhatWentWithItsContext) {
  memory(16);
  EXPECT_EQ(leaks(), "1 device allocations\n1 contexts\n");
  EXPECT_EQ(api().DevicePrimaryCtxRelease.call(0), 0);
  EXPECT_EQ(leaks(), "1 objects that went with their context\n");
  CUdeviceptr at = 0;
  EXPECT_EQ(api().MemAlloc.call(&at, 16), CUDA_ERROR_CONTEXT_IS_DESTROYED);
}

TEST_F(CudaDouble, DeviceMemoryCannotBeTouchedOnTheHost) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  const CUdeviceptr at = memory(16);
  EXPECT_DEATH(*reinterpret_cast<volatile char*>(at) = 1, "");
  const auto* const behind = static_cast<unsigned char*>(control().host_address(at));
  ASSERT_NE(behind, nullptr);
  EXPECT_EQ(behind[0], 0xff);  // fresh memory is poisoned
  EXPECT_EQ(control().host_address(at + 16), nullptr);
  EXPECT_EQ(control().host_range(at, 17), nullptr);
  EXPECT_EQ(api().MemFree.call(at), 0);
  EXPECT_EQ(control().host_address(at), nullptr);
  EXPECT_EQ(api().MemFree.call(at), CUDA_ERROR_INVALID_VALUE);
}

TEST_F(CudaDouble, CopiesThereAndBack) {
  const CUstream s = stream();
  const CUdeviceptr a = memory(8), b = memory(8);
  unsigned char* const host = pinned(16);
  for (unsigned char i = 0; i < 8; ++i) host[i] = i;
  control().hold(1);
  EXPECT_EQ(api().MemcpyHtoDAsync.call(a, host, 8, s), 0);
  EXPECT_EQ(api().MemsetD8Async.call(a + 6, 9, 2, s), 0);
  EXPECT_EQ(api().MemcpyDtoDAsync.call(b, a, 8, s), 0);
  EXPECT_EQ(api().MemcpyDtoHAsync.call(host + 8, b, 8, s), 0);
  EXPECT_EQ(api().StreamQuery.call(s), CUDA_ERROR_NOT_READY);
  host[0] = 77;  // pinned memory is read when the device comes to it
  control().hold(0);
  EXPECT_EQ(api().StreamSynchronize.call(s), 0);
  EXPECT_EQ(std::vector<unsigned char>(host + 8, host + 16),
            (std::vector<unsigned char>{77, 1, 2, 3, 4, 5, 9, 9}));
  EXPECT_EQ(counters().pinned_to_device, 8u);
  EXPECT_EQ(counters().device_to_pinned, 8u);
  EXPECT_EQ(counters().pageable_to_device + counters().device_to_pageable, 0u);
}

TEST_F(CudaDouble, ATargetIsSpoiltUntilItsCopyIsDone) {
  const CUstream s = stream();
  const CUdeviceptr at = memory(1);
  unsigned char* const host = pinned(1);
  host[0] = 5;
  control().hold(1);
  EXPECT_EQ(api().MemcpyDtoHAsync.call(host, at, 1, s), 0);
  EXPECT_EQ(host[0], 0xdb);
  control().hold(0);
  EXPECT_EQ(api().StreamSynchronize.call(s), 0);
  EXPECT_EQ(host[0], 0xff);
}

TEST_F(CudaDouble, RefusesCopiesOutOfRange) {
  const CUstream s = stream();
  const CUdeviceptr at = memory(8);
  unsigned char* const host = pinned(8);
  EXPECT_EQ(api().MemcpyHtoDAsync.call(at + 4, host, 8, s), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(api().MemcpyHtoDAsync.call(at, host + 4, 8, s), CUDA_ERROR_INVALID_VALUE);
  const auto untagged = reinterpret_cast<CUdeviceptr>(control().host_address(at));
  EXPECT_EQ(api().MemcpyHtoDAsync.call(untagged, host, 8, s), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(api().MemcpyHtoDAsync.call(at, host, 8, nullptr), CUDA_ERROR_INVALID_HANDLE);
  EXPECT_EQ(api().MemsetD8Async.call(at, 0, 8, s), 0);
}

// The driver may read memory that is not pinned at once, or in the stream's time.
TEST_F(CudaDouble, ReadsPageableMemoryEarlyOrLate) {
  const CUstream s = stream();
  const CUdeviceptr at = memory(1);
  for (const bool late : {false, true}) {
    control().set_pageable(late ? DEEPLAB_DOUBLE_PAGEABLE_LATE : DEEPLAB_DOUBLE_PAGEABLE_EARLY);
    unsigned char source = 1, target = 0;
    control().hold(1);
    EXPECT_EQ(api().MemcpyHtoDAsync.call(at, &source, 1, s), 0);
    source = 2;
    control().hold(0);
    EXPECT_EQ(api().MemcpyDtoHAsync.call(&target, at, 1, s), 0);
    if (late) {
      EXPECT_EQ(api().StreamSynchronize.call(s), 0);
    }
    EXPECT_EQ(target, late ? 2 : 1);
  }
  EXPECT_EQ(counters().pageable_to_device, 2u);
  EXPECT_EQ(counters().device_to_pageable, 2u);
  control().set_pageable(DEEPLAB_DOUBLE_PAGEABLE_SCRIBBLE);
  unsigned char source = 1;
  EXPECT_EQ(api().MemcpyHtoDAsync.call(at, &source, 1, s), 0);
  EXPECT_EQ(source, 0xdb);
}

TEST_F(CudaDouble, RegisteredMemoryIsPinned) {
  std::vector<unsigned char> bytes(64, 3);
  const CUdeviceptr at = memory(64);
  const CUstream s = stream();
  CUdeviceptr device = 0;
  EXPECT_EQ(api().MemHostRegister.call(bytes.data(), 64, CU_MEMHOSTREGISTER_DEVICEMAP), 0);
  EXPECT_EQ(api().MemHostRegister.call(bytes.data() + 8, 8, 0),
            CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED);
  EXPECT_EQ(api().MemcpyHtoDAsync.call(at, bytes.data(), 64, s), 0);
  EXPECT_EQ(api().MemHostGetDevicePointer.call(&device, bytes.data() + 8, 0), 0);
  EXPECT_EQ(control().host_address(device), bytes.data() + 8);
  EXPECT_EQ(api().StreamSynchronize.call(s), 0);
  EXPECT_EQ(counters().pinned_to_device, 64u);
  EXPECT_EQ(api().MemHostUnregister.call(bytes.data()), 0);
  EXPECT_EQ(api().MemHostUnregister.call(bytes.data()), CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED);
  EXPECT_EQ(control().host_address(device), nullptr);
  EXPECT_EQ(api().MemHostGetDevicePointer.call(&device, pinned(8), 0), CUDA_ERROR_INVALID_VALUE);
}

TEST_F(CudaDouble, AUseAfterFreeLosesTheContextForGood) {
  const CUstream s = stream();
  const CUdeviceptr at = memory(8);
  control().hold(1);
  EXPECT_EQ(api().MemsetD8Async.call(at, 0, 8, s), 0);
  EXPECT_EQ(api().MemFree.call(at), 0);  // waits for nothing
  control().hold(0);
  EXPECT_EQ(api().StreamSynchronize.call(s), CUDA_ERROR_ILLEGAL_ADDRESS);
  CUdeviceptr other = 0;
  EXPECT_EQ(api().MemAlloc.call(&other, 8), CUDA_ERROR_ILLEGAL_ADDRESS);
  CUcontext again = nullptr;
  EXPECT_EQ(api().DevicePrimaryCtxRetain.call(&again, 0), CUDA_ERROR_ILLEGAL_ADDRESS);
  EXPECT_EQ(api().DevicePrimaryCtxRetain.call(&again, 1), 0);  // the other device works on
}

TEST_F(CudaDouble, KnowsWhoMayUseManagedMemory) {
  const CUstream s = stream();
  CUdeviceptr at = 0;
  EXPECT_EQ(api().MemAllocManaged.call(&at, 4, CU_MEM_ATTACH_HOST), 0);
  *reinterpret_cast<volatile unsigned char*>(at) = 1;  // the host's too
  EXPECT_EQ(api().StreamAttachMemAsync.call(s, at, 0, CU_MEM_ATTACH_SINGLE), 0);
  EXPECT_EQ(api().MemsetD8Async.call(at, 4, 4, s), 0);
  EXPECT_EQ(api().StreamSynchronize.call(s), 0);
  EXPECT_EQ(*reinterpret_cast<volatile unsigned char*>(at), 4);
  EXPECT_EQ(api().StreamAttachMemAsync.call(s, memory(4), 0, 4), CUDA_ERROR_INVALID_VALUE);
  const CUstream other = stream();
  EXPECT_EQ(api().MemsetD8Async.call(at, 4, 4, other), 0);
  EXPECT_EQ(api().StreamSynchronize.call(other), CUDA_ERROR_ILLEGAL_ADDRESS);
}

TEST_F(CudaDouble, MemoryEnds) {
  control().set_memory_limit(0, 1000);
  size_t free = 0, total = 0;
  CUdeviceptr at = 0;
  const CUdeviceptr first = memory(600);
  EXPECT_EQ(api().MemAlloc.call(&at, 401), CUDA_ERROR_OUT_OF_MEMORY);
  EXPECT_EQ(api().MemGetInfo.call(&free, &total), 0);
  EXPECT_EQ(free, 400u);
  EXPECT_EQ(total, 1000u);
  EXPECT_EQ(api().MemFree.call(first), 0);
  EXPECT_EQ(api().MemAlloc.call(&at, 1000), 0);
  EXPECT_EQ(counters().peak_device_bytes, 1000u);
}

TEST_F(CudaDouble, FailsTheCallThatItIsTold) {
  CUdeviceptr at = 0;
  EXPECT_EQ(control().fail("cuMemAlloc", 1, 2), 0);  // the exported name is another
  EXPECT_EQ(control().fail("cuMemAlloc_v2", 2, CUDA_ERROR_OUT_OF_MEMORY), 1);
  EXPECT_EQ(api().MemAlloc.call(&at, 8), 0);
  EXPECT_EQ(api().MemAlloc.call(&at, 8), CUDA_ERROR_OUT_OF_MEMORY);
  EXPECT_EQ(api().MemAlloc.call(&at, 8), 0);
  EXPECT_EQ(control().calls("cuMemAlloc_v2"), 3u);
  EXPECT_EQ(counters().device_allocations, 2u);
  EXPECT_EQ(control().fail("cuMemGetInfo_v2", 1, CUDA_ERROR_ECC_UNCORRECTABLE), 1);
  size_t free = 0, total = 0;
  EXPECT_EQ(api().MemGetInfo.call(&free, &total), CUDA_ERROR_ECC_UNCORRECTABLE);
  EXPECT_EQ(api().MemAlloc.call(&at, 8), CUDA_ERROR_ECC_UNCORRECTABLE);  // stays
}

class CudaDoublePools : public CudaDouble {
 protected:
  void SetUp() override {
    CudaDouble::SetUp();
    props_.allocType = CU_MEM_ALLOCATION_TYPE_PINNED;
    props_.location = {CU_MEM_LOCATION_TYPE_DEVICE, 0};
    ASSERT_EQ(api().MemPoolCreate.call(&pool_, &props_), 0);
    s_ = stream();
  }
  CUdeviceptr take(size_t size) {
    CUdeviceptr at = 0;
    EXPECT_EQ(api().MemAllocFromPoolAsync.call(&at, size, pool_, s_), 0);
    return at;
  }
  CUmemPoolProps props_{};
  CUmemoryPool pool_ = nullptr;
  CUstream s_ = nullptr;
};

TEST_F(CudaDoublePools, GiveBackWhenSomebodyWaited) {
  control().set_memory_limit(0, 1000);
  const CUdeviceptr at = take(600);
  EXPECT_EQ(api().MemFreeAsync.call(at, s_), 0);
  EXPECT_EQ(api().MemFreeAsync.call(at, s_), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(api().StreamSynchronize.call(s_), 0);
  uint64_t used = 1, reserved = 1;
  EXPECT_EQ(api().MemPoolGetAttribute.call(pool_, CU_MEMPOOL_ATTR_USED_MEM_CURRENT, &used), 0);
  EXPECT_EQ(api().MemPoolGetAttribute.call(pool_, CU_MEMPOOL_ATTR_RESERVED_MEM_CURRENT, &reserved),
            0);
  EXPECT_EQ(used + reserved, 0u);
  take(1000);
  CUdeviceptr none = 0;
  EXPECT_EQ(api().MemAllocFromPoolAsync.call(&none, 1, pool_, s_), CUDA_ERROR_OUT_OF_MEMORY);
}

TEST_F(CudaDoublePools, MemoryIsThereInItsStreamsTime) {
  const CUdeviceptr at = take(8);
  EXPECT_EQ(api().MemsetD8Async.call(at, 1, 8, s_), 0);
  EXPECT_EQ(api().StreamSynchronize.call(s_), 0);
  control().hold(1);
  EXPECT_EQ(api().MemFreeAsync.call(at, s_), 0);
  EXPECT_EQ(api().MemsetD8Async.call(at, 1, 8, s_), 0);
  control().hold(0);
  EXPECT_EQ(api().StreamSynchronize.call(s_), CUDA_ERROR_ILLEGAL_ADDRESS);
}

}  // namespace
}  // namespace deeplab::cuda
