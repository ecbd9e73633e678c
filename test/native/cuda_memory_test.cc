// Memory of a device within a model's limit, and the host's pinned memory.
#include <gtest/gtest.h>

#include <cstring>
#include <utility>

#include "allocation_hook.h"
#include "cuda/device_memory.h"
#include "cuda/managed_memory.h"
#include "cuda/memory_mode.h"
#include "cuda/pinned_memory.h"
#include "fake_driver.h"

namespace deeplab::cuda {
namespace {

constexpr size_t kMiB = size_t{1} << 20;

std::string DetailOf(const Error& error, const std::string& key) {
  for (const auto& [name, value] : error.detail()) {
    if (name == key) return value;
  }
  return "absent";
}

class CudaMemory : public ::testing::Test {
 protected:
  void open() {
    device = Device::Open(fake.driver, 0);
    stream = std::make_shared<Stream>(device);
  }
  void TearDown() override {
    stream.reset();
    device.reset();
    EXPECT_EQ(fake.alive(), 0u);
    EXPECT_EQ(fake.used(), 0u);
    EXPECT_EQ(fake.current(), nullptr);
  }

  FakeDriver fake;
  std::shared_ptr<Device> device;
  std::shared_ptr<Stream> stream;
};

TEST_F(CudaMemory, BuffersGrowAndNeverShrink) {
  open();
  const auto memory = std::make_shared<DeviceMemory>(device);
  {
    DeviceBuffer buffer(memory, stream, "The input");
    EXPECT_EQ(buffer.address(), 0u);
    buffer.grow(1000);
    const CUdeviceptr first = buffer.address();
    buffer.grow(10);
    EXPECT_EQ(buffer.address(), first);
    EXPECT_EQ(buffer.size(), 1000u);
    buffer.grow(3000);
    EXPECT_NE(buffer.address(), first);
    EXPECT_EQ(memory->stats().used, 3000u);
    const DeviceBuffer moved = std::move(buffer);
    EXPECT_EQ(moved.size(), 3000u);
    EXPECT_EQ(fake.used(), 3000u);
  }
  EXPECT_EQ(memory->stats().used, 0u);
  EXPECT_EQ(memory->stats().peak, 3000u);
  EXPECT_EQ(fake.calls("cuStreamSynchronize"), 0);  // all in the stream's order
}

TEST_F(CudaMemory, BuffersOutliveWhoeverLetGoOfTheRest) {
  open();
  DeviceBuffer buffer(std::make_shared<DeviceMemory>(device), stream, "The input");
  buffer.grow(100);
  stream.reset();
  device.reset();
  EXPECT_EQ(fake.alive("stream"), 1u);
}

TEST_F(CudaMemory, LimitOfTheModelSaysWhatIsLeft) {
  open();
  const auto memory = std::make_shared<DeviceMemory>(device, 8 * kMiB);
  DeviceBuffer buffer(memory, stream, "The input");
  DeviceBuffer another(memory, stream, "The network's output");
  buffer.grow(6 * kMiB);
  const Error error = Thrown([&] { another.grow(3 * kMiB); });
  EXPECT_EQ(error.code(), ErrorCode::kDeviceOutOfMemory);
  EXPECT_STREQ(
      error.what(),
      "The network's output needs 3.0 MiB of cuda:0 (NVIDIA L4), and of this model's "
      "deviceMemoryLimit of 8.0 MiB only 2.0 MiB are left: raise the limit, or use smaller "
      "batches.");
  EXPECT_EQ(DetailOf(error, "asked"), std::to_string(3 * kMiB));
  EXPECT_EQ(another.size(), 0u);
  another.grow(2 * kMiB);
}

TEST_F(CudaMemory, FullDeviceIsTriedTwiceAndSaysWhatIsFree) {
  open();
  fake.capacity = 10 * kMiB;
  const auto memory = std::make_shared<DeviceMemory>(device);
  DeviceBuffer buffer(memory, stream, "The input");
  DeviceBuffer another(memory, stream, "The output");
  buffer.grow(6 * kMiB);
  const Error error = Thrown([&] { another.grow(5 * kMiB); });
  EXPECT_EQ(error.code(), ErrorCode::kDeviceOutOfMemory);
  EXPECT_EQ(DetailOf(error, "free"), std::to_string(4 * kMiB));
  EXPECT_EQ(DetailOf(error, "used"), std::to_string(6 * kMiB));
  EXPECT_EQ(fake.calls("cuMemPoolTrimTo"), 1);
  EXPECT_EQ(memory->stats().used, 6 * kMiB);

  fake.MemPoolTrimTo = [&](CUmemoryPool, size_t) { return fake.capacity *= 2, CUDA_SUCCESS; };
  another.grow(5 * kMiB);
  EXPECT_EQ(memory->stats().used, 11 * kMiB);
}

TEST_F(CudaMemory, OtherFailuresAreNoLackOfMemory) {
  open();
  const auto memory = std::make_shared<DeviceMemory>(device);
  fake.fail(1, CUDA_ERROR_INVALID_VALUE, "cuMemAllocFromPoolAsync");
  EXPECT_EQ(Thrown([&] { memory->allocate(5, stream->handle(), "It"); }).code(),
            ErrorCode::kDeviceFailed);
  EXPECT_EQ(memory->stats().used, 0u);
}

TEST_F(CudaMemory, WithoutPoolsTheStreamIsWaitedForBeforeMemoryGoes) {
  fake.attributes[CU_DEVICE_ATTRIBUTE_MEMORY_POOLS_SUPPORTED] = 0;
  open();
  DeviceBuffer buffer(std::make_shared<DeviceMemory>(device), stream, "The input");
  buffer.grow(100);
  fake.log.clear();
  buffer.reset();
  std::vector<std::string> steps;
  for (const std::string& name : fake.log) {
    if (name.find("cuCtx") != 0) steps.push_back(name);
  }
  EXPECT_EQ(steps, (std::vector<std::string>{"cuStreamSynchronize", "cuMemFree_v2"}));
  EXPECT_EQ(fake.calls("cuMemAllocFromPoolAsync") + fake.calls("cuMemPoolCreate"), 0);
}

TEST_F(CudaMemory, NothingGrowsWhileAGraphIsRecorded) {
  open();
  DeviceBuffer buffer(std::make_shared<DeviceMemory>(device), stream, "The input");
  fake.StreamIsCapturing = [](CUstream, int* status) { return *status = 1, CUDA_SUCCESS; };
  EXPECT_EQ(Thrown([&] { buffer.grow(1); }).code(), ErrorCode::kInternal);
  EXPECT_EQ(fake.used(), 0u);
}

TEST_F(CudaMemory, PinnedBlocksComeBackAndAreFoundByAddress) {
  open();
  PinnedMemory& pool = device->pinned_memory();
  HostBuffer block = PinnedMemory::Acquire(device, 5000);
  ASSERT_TRUE(block);
  char* const data = static_cast<char*>(block.data());
  EXPECT_EQ(block.size(), 5000u);
  EXPECT_TRUE(pool.contains(data + 4000, 1000));
  EXPECT_FALSE(pool.contains(data + 4000, 5000));
  EXPECT_FALSE(pool.contains(data - 1, 2));
  EXPECT_EQ(pool.device_address(data + 7, 1),
            (reinterpret_cast<CUdeviceptr>(data) | 1ull << 60) + 7);
  EXPECT_EQ(pool.stats().used, 8192u);
  block.reset();
  EXPECT_FALSE(pool.contains(data, 1));
  EXPECT_EQ(PinnedMemory::Acquire(device, 4500).data(), data);
  EXPECT_EQ(pool.stats().idle, 8192u);
  EXPECT_EQ(fake.calls("cuMemHostAlloc"), 1);
}

TEST_F(CudaMemory, APartOfABlockKeepsAllOfIt) {
  open();
  PinnedMemory& pool = device->pinned_memory();
  HostBuffer block = PinnedMemory::Acquire(device, 6000);
  void* const data = block.data();
  HostBuffer part = PinnedMemory::Share(device, block, 4000, 2000);
  EXPECT_EQ(part.data(), block.as<char>() + 4000);
  EXPECT_EQ(part.size(), 2000u);
  block.reset();
  EXPECT_EQ(pool.stats().used, 8192u);
  EXPECT_NE(PinnedMemory::Acquire(device, 6000).data(), data);
  EXPECT_TRUE(pool.contains(part.data(), 2000));
  part.reset();
  EXPECT_EQ(pool.stats().used, 0u);
  HostBuffer idle = PinnedMemory::Acquire(device, 6000);
  const HostBuffer ordinary = BufferPool::Instance().acquire(10);
  EXPECT_EQ(Thrown([&] { PinnedMemory::Share(device, ordinary, 0, 1); }).code(),
            ErrorCode::kInternal);
}

TEST_F(CudaMemory, WarmPinnedPoolAsksNobodyForMemory) {
  if (!testing_support::CanCountAllocations()) return;  // counted where nothing else allocates
  open();
  PinnedMemory::Acquire(device, 100000).reset();
  const int before = fake.all_calls();
  const testing_support::AllocationCount allocations;
  for (int i = 0; i < 10; ++i) {
    HostBuffer block = PinnedMemory::Acquire(device, 90000);
  }
  EXPECT_EQ(allocations.count(), 0u);
  EXPECT_EQ(fake.all_calls(), before);
}

TEST_F(CudaMemory, PinnedLimitIsKept) {
  open();
  PinnedMemory& pool = device->pinned_memory();
  pool.set_limit(4 * kMiB);
  EXPECT_FALSE(PinnedMemory::Acquire(device, 5 * kMiB));
  HostBuffer small = PinnedMemory::Acquire(device, kMiB);
  PinnedMemory::Acquire(device, 2 * kMiB).reset();
  EXPECT_EQ(pool.stats().idle, 2 * kMiB);
  // What is idle makes room; what is in use stays.
  HostBuffer large = PinnedMemory::Acquire(device, 3 * kMiB);
  EXPECT_TRUE(large);
  EXPECT_EQ(fake.alive("pinned"), 2u);
  EXPECT_FALSE(PinnedMemory::Acquire(device, kMiB));
  pool.set_limit(kMiB);
  EXPECT_EQ(pool.stats().used, 4 * kMiB);
  large.reset();
  EXPECT_EQ(fake.alive("pinned"), 1u);
}

TEST_F(CudaMemory, NoMemoryToPinIsNoError) {
  open();
  fake.fail(1, CUDA_ERROR_OUT_OF_MEMORY, "cuMemHostAlloc");
  EXPECT_FALSE(PinnedMemory::Acquire(device, 10));
  fake.fail(1, CUDA_ERROR_INVALID_VALUE, "cuMemHostGetDevicePointer_v2");
  EXPECT_EQ(Thrown([&] { PinnedMemory::Acquire(device, 10); }).code(), ErrorCode::kDeviceFailed);
  EXPECT_EQ(fake.alive("pinned"), 0u);
}

TEST_F(CudaMemory, PinnedBlocksOutliveTheirModels) {
  open();
  HostBuffer block = PinnedMemory::Acquire(device, 10);
  stream.reset();
  device.reset();
  EXPECT_EQ(fake.alive("context"), 1u);
  std::memset(block.data(), 1, block.size());
}

TEST_F(CudaMemory, CallersMemoryIsRegisteredUntilTheLastLetsGo) {
  open();
  PinnedMemory& pool = device->pinned_memory();
  std::vector<char> bytes(10000);
  {
    const RegisteredMemory once(device, bytes.data(), bytes.size());
    EXPECT_TRUE(pool.contains(bytes.data() + 9999, 1));
    { const RegisteredMemory twice(device, bytes.data(), bytes.size()); }
    EXPECT_TRUE(pool.contains(bytes.data(), bytes.size()));
    EXPECT_EQ(pool.stats().registered, bytes.size());
    const Error error = Thrown([&] { RegisteredMemory(device, bytes.data(), 5); });
    EXPECT_EQ(error.code(), ErrorCode::kDeviceFailed);
    EXPECT_NE(std::string(error.what()).find("ALREADY_REGISTERED"), std::string::npos);
  }
  EXPECT_FALSE(pool.contains(bytes.data(), 1));
  EXPECT_EQ(fake.calls("cuMemHostUnregister"), 1);
}

TEST_F(CudaMemory, ManagedMemoryBelongsToItsStreamWhereAccessIsNotConcurrent) {
  fake.attributes[CU_DEVICE_ATTRIBUTE_CONCURRENT_MANAGED_ACCESS] = 0;
  open();
  unsigned attached = 0;
  fake.StreamAttachMemAsync = [&](CUstream, CUdeviceptr, size_t, unsigned flags) {
    return attached = flags, CUDA_SUCCESS;
  };
  const auto memory = std::make_shared<DeviceMemory>(device);
  { const ManagedMemory shared(memory, stream, 100, "The pictures"); }
  EXPECT_EQ(attached, static_cast<unsigned>(CU_MEM_ATTACH_SINGLE));
  fake.fail(1, CUDA_ERROR_INVALID_VALUE, "cuStreamAttachMemAsync");
  EXPECT_EQ(Thrown([&] { const ManagedMemory shared(memory, stream, 100, "The pictures"); }).code(),
            ErrorCode::kDeviceFailed);
  EXPECT_EQ(memory->stats().used, 0u);
}

TEST_F(CudaMemory, ManagedMemoryIsForAllWhereAccessIsConcurrent) {
  open();
  const auto memory = std::make_shared<DeviceMemory>(device);
  const ManagedMemory shared(memory, stream, 100, "The pictures");
  EXPECT_EQ(shared.data(), reinterpret_cast<void*>(shared.address()));
  EXPECT_EQ(fake.calls("cuStreamAttachMemAsync"), 0);
}

TEST_F(CudaMemory, ManagedMemoryCountsForTheModelAndItsLimit) {
  open();
  const auto memory = std::make_shared<DeviceMemory>(device, 8 * kMiB);
  {
    const ManagedMemory shared(memory, stream, 6 * kMiB, "The pictures");
    EXPECT_EQ(memory->stats().used, 6 * kMiB);
    const Error error =
        Thrown([&] { const ManagedMemory more(memory, stream, 3 * kMiB, "The maps"); });
    EXPECT_EQ(error.code(), ErrorCode::kDeviceOutOfMemory);
    EXPECT_EQ(DetailOf(error, "limit"), std::to_string(8 * kMiB));
  }
  EXPECT_EQ(memory->stats().used, 0u);
  fake.fail(1, CUDA_ERROR_OUT_OF_MEMORY, "cuMemAllocManaged");
  const Error error =
      Thrown([&] { const ManagedMemory full(memory, stream, 3 * kMiB, "The maps"); });
  EXPECT_EQ(error.code(), ErrorCode::kDeviceOutOfMemory);
  EXPECT_EQ(DetailOf(error, "asked"), std::to_string(3 * kMiB));
  EXPECT_NE(DetailOf(error, "free"), "absent");
  EXPECT_EQ(memory->stats().used, 0u);
}

TEST(CudaMemoryMode, IsMappedOnIntegratedDevicesAndCopiedElsewhere) {
  DeviceTraits traits;
  traits.can_map_host_memory = true;
  EXPECT_EQ(ChooseMemoryMode(traits, "auto"), MemoryMode::kCopied);
  traits.is_integrated = true;
  EXPECT_EQ(ChooseMemoryMode(traits, "auto"), MemoryMode::kMapped);
  traits.can_map_host_memory = false;
  EXPECT_EQ(ChooseMemoryMode(traits, "auto"), MemoryMode::kCopied);
}

TEST(CudaMemoryMode, OnRequestIsWhatTheDeviceCanDo) {
  DeviceTraits traits;
  traits.name = "Orin";
  traits.has_managed_memory = true;
  EXPECT_EQ(ChooseMemoryMode(traits, "managed"), MemoryMode::kManaged);
  EXPECT_EQ(ChooseMemoryMode(traits, "copied"), MemoryMode::kCopied);
  const Error error = Thrown([&] { ChooseMemoryMode(traits, "mapped"); });
  EXPECT_EQ(error.code(), ErrorCode::kOptionInvalid);
  EXPECT_EQ(DetailOf(error, "expected"), "auto, copied, managed");
  EXPECT_EQ(DetailOf(error, "found"), "mapped");
  EXPECT_EQ(Thrown([&] { ChooseMemoryMode(traits, ""); }).code(), ErrorCode::kOptionInvalid);
}

}  // namespace
}  // namespace deeplab::cuda
