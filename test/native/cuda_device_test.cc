// Devices: one object for all who use one, the context while it is needed, and what becomes of the
// driver's results.
#include "cuda/device.h"

#include <gtest/gtest.h>

#include <thread>

#include "cuda/event.h"
#include "cuda/pinned_memory.h"
#include "cuda/stream.h"
#include "fake_driver.h"

namespace deeplab::cuda {
namespace {

class CudaDevice : public ::testing::Test {
 protected:
  FakeDriver fake;
};

bool GivesBack(const std::string& call) {
  for (const char* const part : {"Destroy", "Release", "Pop", "Unload", "Free"}) {
    if (call.find(part) != std::string::npos) return true;
  }
  return false;
}

TEST_F(CudaDevice, IsOneForAllAndKeepsTheContextWhileItIsUsed) {
  {
    const auto device = Device::Open(fake.driver, 1);
    EXPECT_EQ(Device::Open(fake.driver, 1), device);
    EXPECT_NE(Device::Open(fake.driver, 0), device);
    EXPECT_EQ(fake.alive("context"), 1u);  // cuda:0 has gone again
    EXPECT_EQ(device->label(), "cuda:1 (NVIDIA L4)");
    EXPECT_EQ(device->traits().capability(), "8.9");
    EXPECT_EQ(device->traits().bus_id, "0000:01:00.0");
    EXPECT_EQ(device->traits().total_memory, size_t{1} << 30);
    EXPECT_EQ(device->memory().free, size_t{1} << 30);
  }
  EXPECT_EQ(fake.alive(), 0u);
}

TEST_F(CudaDevice, AbsentOrdinalsSayWhatThereIs) {
  for (const int ordinal : {-1, 2}) {
    const Error error = Thrown([&] { Device::Open(fake.driver, ordinal); });
    EXPECT_EQ(error.code(), ErrorCode::kDeviceUnavailable);
    EXPECT_NE(std::string(error.what()).find("cuda:0 to cuda:1"), std::string::npos);
  }
  fake.driver.device_count = 1;
  EXPECT_NE(std::string(Thrown([&] { Device::Open(fake.driver, 1); }).what()).find("only cuda:0"),
            std::string::npos);
}

TEST_F(CudaDevice, EveryFailureWhileOpeningIsToldAndLeavesNothing) {
  std::vector<std::string> steps;
  {
    const auto device = Device::Open(fake.driver, 0);
    steps = fake.log;
  }
  int failures = 0;
  for (size_t step = 0; step < steps.size(); ++step) {
    if (GivesBack(steps[step])) continue;
    fake.fail(static_cast<int>(step) + 1, CUDA_ERROR_UNKNOWN);
    try {
      Device::Open(fake.driver, 0);
      EXPECT_EQ(steps[step], "cuDeviceGetPCIBusId");  // not told, not missed
    } catch (const Error& error) {
      ++failures;
      EXPECT_NE(std::string(error.what()).find("CUDA_ERROR_UNKNOWN (the driver's text)"),
                std::string::npos);
    }
    EXPECT_EQ(fake.current(), nullptr) << steps[step];
    EXPECT_EQ(fake.alive(), 0u) << steps[step];
  }
  EXPECT_GT(failures, 15);
}

TEST_F(CudaDevice, ContextIsPushedOnlyWhereItIsNotCurrent) {
  const auto device = Device::Open(fake.driver, 0);
  const int before = fake.calls("cuCtxPushCurrent_v2");
  {
    const Current outer(*device);
    EXPECT_EQ(fake.current(), device->context());
    const Current inner(*device);
    EXPECT_EQ(fake.calls("cuCtxPushCurrent_v2"), before + 1);
    std::thread([&] { EXPECT_EQ(fake.current(), nullptr); }).join();
  }
  EXPECT_EQ(fake.current(), nullptr);
}

TEST_F(CudaDevice, FailuresHaveTheCallAndTheDriversWords) {
  const auto device = Device::Open(fake.driver, 0);
  const Stream stream(device);
  fake.fail(1, CUDA_ERROR_INVALID_VALUE);
  const Error error = Thrown([&] { stream.fill(1, 0, 8); });
  EXPECT_EQ(error.code(), ErrorCode::kDeviceFailed);
  EXPECT_STREQ(error.what(),
               "cuMemsetD8Async failed on cuda:0 (NVIDIA L4): CUDA_ERROR_INVALID_VALUE (the "
               "driver's text).");
  fake.fail(1, CUDA_ERROR_OUT_OF_MEMORY, "cuEventCreate");
  EXPECT_EQ(Thrown([&] { const Event event(device); }).code(), ErrorCode::kDeviceOutOfMemory);
  EXPECT_FALSE(device->is_lost());
  stream.fill(1, 0, 8);
}

TEST_F(CudaDevice, LostOneFailsEverythingWithWhatHappenedFirst) {
  auto device = Device::Open(fake.driver, 0);
  {
    const Stream stream(device);
    const Event event(device);
    fake.fail(1, CUDA_ERROR_ILLEGAL_ADDRESS, "cuEventSynchronize");
    const Error first = Thrown([&] { event.wait(); });
    EXPECT_EQ(first.code(), ErrorCode::kDeviceLost);
    EXPECT_NE(std::string(first.what()).find("cuEventSynchronize failed: CUDA_ERROR_ILLEGAL_ADDR"),
              std::string::npos);
    EXPECT_TRUE(device->is_lost());

    fake.log.clear();
    const std::function<void()> uses[] = {
        [&] { stream.synchronize(); },
        [&] { event.record(stream); },
        [&] { (void)event.is_done(); },
        [&] { const Stream another(device); },
        [&] { (void)device->memory(); },
        [&] { const Current current(*device); },
        [&] { PinnedMemory::Acquire(device, 1); },
    };
    for (const auto& use : uses) EXPECT_STREQ(Thrown(use).what(), first.what());
    for (const std::string& name : fake.log) {
      EXPECT_TRUE(name.find("cuCtx") == 0 || name.find("cuGetError") == 0) << name;
    }
    EXPECT_EQ(fake.current(), nullptr);
    EXPECT_TRUE(Device::Open(fake.driver, 0)->is_lost());
  }
  device.reset();
  EXPECT_EQ(fake.alive(), 0u);  // asked back all the same
}

TEST_F(CudaDevice, OnlyResultsThatEndTheContextLoseIt) {
  const CUresult sticky[] = {4,   214, 220, 226, 700, 702, 709, 710, 714,
                             715, 716, 717, 718, 719, 721, 810, 911};
  for (const CUresult result : sticky) EXPECT_TRUE(Device::IsSticky(result)) << result;
  for (const CUresult result : {0, 1, 2, 201, 209, 400, 600, 712, 801, 900, 901, 999}) {
    EXPECT_FALSE(Device::IsSticky(result)) << result;
  }
}

TEST_F(CudaDevice, LossWhileLettingGoIsToldByTheNextCall) {
  const auto device = Device::Open(fake.driver, 0);
  const Stream stream(device);
  {
    const Event event(device);
    fake.fail(1, CUDA_ERROR_LAUNCH_FAILED, "cuEventDestroy_v2");
  }
  EXPECT_NE(std::string(Thrown([&] { stream.synchronize(); }).what()).find("cuEventDestroy_v2"),
            std::string::npos);
}

TEST_F(CudaDevice, QueriesTellDoneFromNotYet) {
  const auto device = Device::Open(fake.driver, 0);
  const Stream stream(device);
  const Event event(device);
  EXPECT_TRUE(stream.is_idle() && event.is_done());
  fake.StreamQuery = [](CUstream) { return CUDA_ERROR_NOT_READY; };
  fake.EventQuery = [](CUevent) { return CUDA_ERROR_NOT_READY; };
  EXPECT_FALSE(stream.is_idle() || event.is_done());
  fake.fail(1, CUDA_ERROR_INVALID_HANDLE);
  EXPECT_EQ(Thrown([&] { (void)event.is_done(); }).code(), ErrorCode::kDeviceFailed);
}

}  // namespace
}  // namespace deeplab::cuda
