// The product's driver code through the double of libcuda.so.1: bytes that really travel, in the
// stream's order, and what a lost device, a full one and a missing pool really do.
#include <dlfcn.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "../doubles/cuda/control.h"
#include "cuda/device_memory.h"
#include "cuda/event.h"
#include "cuda/graph.h"
#include "cuda/managed_memory.h"
#include "cuda/module.h"
#include "cuda/pinned_memory.h"
#include "visualize/overlay_cuda.h"

namespace deeplab::cuda {
namespace {

// The double's control functions, found as any user of it finds them.
struct Control {
  explicit Control(void* library)
      : reset(Find<decltype(reset)>(library, "deeplab_double_cuda_reset")),
        leaks(Find<decltype(leaks)>(library, "deeplab_double_cuda_leaks")),
        lose(Find<decltype(lose)>(library, "deeplab_double_cuda_lose")),
        hold(Find<decltype(hold)>(library, "deeplab_double_cuda_hold")),
        limit(Find<decltype(limit)>(library, "deeplab_double_cuda_set_memory_limit")),
        launches(Find<decltype(launches)>(library, "deeplab_double_cuda_launches")) {}

  template <typename F>
  static F Find(void* library, const char* name) {
    return reinterpret_cast<F>(dlsym(library, name));
  }

  decltype(&deeplab_double_cuda_reset) reset;
  decltype(&deeplab_double_cuda_leaks) leaks;
  decltype(&deeplab_double_cuda_lose) lose;
  decltype(&deeplab_double_cuda_hold) hold;
  decltype(&deeplab_double_cuda_set_memory_limit) limit;
  decltype(&deeplab_double_cuda_launches) launches;
};

class CudaThroughDouble : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const DriverSearch search = FindDriver({{kDriverLibrary, "double", DEEPLAB_CUDA_DOUBLE}});
    ASSERT_NE(search.library, nullptr) << DescribeFailure(search);
    control = std::make_unique<Control>(dlopen(DEEPLAB_CUDA_DOUBLE, RTLD_NOW | RTLD_NOLOAD));
    ASSERT_EQ(control->reset(GetParam()), 1);
    ASSERT_EQ(search.library->api.Init.call(0), CUDA_SUCCESS);  // forgotten by the reset
    device = Device::Open(*search.library, 0);
    stream = std::make_shared<Stream>(device);
    memory = std::make_shared<DeviceMemory>(device);
  }

  // Everything comes back; of a lost device the driver takes nothing, it goes with the context.
  void TearDown() override {
    const bool is_lost = device != nullptr && device->is_lost();
    memory.reset();
    stream.reset();
    device.reset();
    if (control == nullptr) return;
    char text[1000] = "";
    const size_t left = control->leaks(text, sizeof text);
    EXPECT_TRUE(is_lost || left == 0) << text;
    control->reset(nullptr);
  }

  DeviceBuffer buffer(size_t bytes) const {
    DeviceBuffer made(memory, stream, "A buffer");
    made.grow(bytes);
    return made;
  }

  std::unique_ptr<Control> control;
  std::shared_ptr<Device> device;
  std::shared_ptr<Stream> stream;
  std::shared_ptr<DeviceMemory> memory;
};

std::string KindOf(const ::testing::TestParamInfo<const char*>& info) { return info.param; }
INSTANTIATE_TEST_SUITE_P(Devices, CudaThroughDouble, ::testing::Values("T4", "Orin"), KindOf);

TEST_P(CudaThroughDouble, BytesTravelThereAndBack) {
  const Current current(*device);
  const DeviceBuffer there = buffer(1000);
  const DeviceBuffer behind = buffer(1000);
  const HostBuffer from = PinnedMemory::Acquire(device, 1000);
  const HostBuffer to = PinnedMemory::Acquire(device, 1000);
  ASSERT_TRUE(from && to);
  const auto* const sent = static_cast<unsigned char*>(from.data());
  std::iota(static_cast<unsigned char*>(from.data()),
            static_cast<unsigned char*>(from.data()) + 1000, static_cast<unsigned char>(0));
  const Event done(device);
  stream->upload(there.address(), from.data(), 1000);
  stream->copy(behind.address(), there.address(), 1000);
  stream->fill(behind.address() + 10, 7, 1);
  stream->download(to.data(), behind.address(), 1000);
  done.record(*stream);
  done.wait();
  const auto* const got = static_cast<unsigned char*>(to.data());
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(got[i], i == 10 ? 7 : sent[i]) << i;
}

TEST_P(CudaThroughDouble, OneStreamWaitsForAnother) {
  const Current current(*device);
  const Stream other(device);
  const Event ready(device);
  const Event done(device);
  const DeviceBuffer shared = buffer(16);
  const HostBuffer to = PinnedMemory::Acquire(device, 16);
  control->hold(1);
  stream->fill(shared.address(), 9, 16);
  ready.record(*stream);
  ready.hold_back(other);
  other.download(to.data(), shared.address(), 16);
  done.record(other);
  EXPECT_FALSE(done.is_done() || stream->is_idle());
  control->hold(0);
  done.wait();
  EXPECT_EQ(static_cast<unsigned char*>(to.data())[15], 9);
}

TEST_P(CudaThroughDouble, GraphsRepeatWhatWasRecorded) {
  const Current current(*device);
  const DeviceBuffer there = buffer(8);
  const HostBuffer from = PinnedMemory::Acquire(device, 8);
  const HostBuffer to = PinnedMemory::Acquire(device, 8);
  auto* const sent = static_cast<unsigned char*>(from.data());
  Capture capture(*stream);
  EXPECT_TRUE(stream->is_capturing());
  stream->upload(there.address(), from.data(), 8);
  stream->download(to.data(), there.address(), 8);
  const Graph graph = capture.finish();
  EXPECT_FALSE(stream->is_capturing());
  const Event done(device);
  for (unsigned char round = 1; round < 4; ++round) {
    sent[3] = round;
    graph.launch(*stream);
    done.record(*stream);
    done.wait();
    EXPECT_EQ(static_cast<unsigned char*>(to.data())[3], round);
  }
}

TEST_P(CudaThroughDouble, WaitingSpoilsARecordingAndTheStreamGoesOn) {
  const Current current(*device);
  {
    Capture capture(*stream);
    EXPECT_THROW(stream->synchronize(), Error);
    try {
      capture.finish();
      ADD_FAILURE() << "the recording was kept";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kDeviceFailed) << error.what();
    }
  }
  stream->synchronize();
  EXPECT_FALSE(device->is_lost());
}

// One gray row of pixels under a map of two classes, half covered by the second's colour.
TEST_P(CudaThroughDouble, KernelsOfTheEmbeddedImageRun) {
  if (EmbeddedKernels().size == 0) return;  // built without
  const Current current(*device);
  const HostBuffer host = PinnedMemory::Acquire(device, 64);
  auto* const bytes = static_cast<unsigned char*>(host.data());
  const unsigned char input[] = {100, 200, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 255, 0, 0, 0};
  std::copy(std::begin(input), std::end(input), bytes);
  const DeviceBuffer there = buffer(64);
  const uint8_t* const base = reinterpret_cast<const uint8_t*>(there.address());
  visualize::CudaOverlay job{};
  job.pixels = base;
  job.ids = base + 2;
  job.colors = reinterpret_cast<const uint32_t*>(base + 8);
  job.rgba = reinterpret_cast<uint32_t*>(there.address() + 32);
  job.width = 2;
  job.height = job.step = job.id_bytes = 1;
  job.stride = job.color_count = 2;
  job.weight = 0;
  stream->upload(there.address(), bytes, 16);
  device->modules()
      .kernel(EmbeddedKernels(), visualize::kCudaOverlay)
      .launch(*stream, {{}, {visualize::kCudaBlockWidth, visualize::kCudaBlockHeight}}, job);
  stream->download(bytes + 32, there.address() + 32, 8);
  stream->synchronize();
  EXPECT_EQ(control->launches(visualize::kCudaOverlay), 1u);
  EXPECT_EQ(bytes[32], 100);  // the first class shows the picture
  EXPECT_EQ(bytes[36], 200);
}

TEST_P(CudaThroughDouble, FullDeviceSaysWhatIsFreeAndServesSmallerRequests) {
  const Current current(*device);
  control->limit(0, size_t{64} << 20);
  DeviceBuffer large(memory, stream, "The input");
  try {
    large.grow(size_t{100} << 20);
    ADD_FAILURE() << "there was room";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kDeviceOutOfMemory);
    EXPECT_NE(std::string(error.what()).find("needs 100.0 MiB"), std::string::npos) << error.what();
  }
  large.grow(size_t{1} << 20);
}

TEST_P(CudaThroughDouble, LossEndsAWaitOfAnotherThread) {
  const Current current(*device);
  const Event done(device);
  const DeviceBuffer there = buffer(8);
  control->hold(1);
  stream->fill(there.address(), 1, 8);
  done.record(*stream);
  ErrorCode code = ErrorCode::kInternal;
  std::thread waiter([&] {
    try {
      const Current own(*device);
      done.wait();
    } catch (const Error& error) {
      code = error.code();
    }
  });
  control->lose(0, CUDA_ERROR_ILLEGAL_ADDRESS);
  control->hold(0);
  waiter.join();
  EXPECT_EQ(code, ErrorCode::kDeviceLost);
  EXPECT_TRUE(device->is_lost());
  EXPECT_THROW(stream->fill(there.address(), 1, 8), Error);
}

TEST_P(CudaThroughDouble, ManagedMemoryIsTheHostsAndTheDevices) {
  const Current current(*device);
  const ManagedMemory shared(memory, stream, 100, "Bytes");
  stream->fill(shared.address(), 5, 100);
  stream->synchronize();
  EXPECT_EQ(static_cast<unsigned char*>(shared.data())[99], 5);
}

TEST_P(CudaThroughDouble, RegisteredMemoryIsCopiedFrom) {
  const Current current(*device);
  std::vector<unsigned char> bytes(8192, 3);
  const RegisteredMemory registered(device, bytes.data(), bytes.size());
  EXPECT_TRUE(device->pinned_memory().contains(bytes.data(), bytes.size()));
  const DeviceBuffer there = buffer(bytes.size());
  stream->upload(there.address(), bytes.data(), bytes.size());
  stream->fill(there.address(), 4, 1);
  stream->download(bytes.data(), there.address(), bytes.size());
  stream->synchronize();
  EXPECT_EQ(bytes[0], 4);
  EXPECT_EQ(bytes[1], 3);
}

}  // namespace
}  // namespace deeplab::cuda
