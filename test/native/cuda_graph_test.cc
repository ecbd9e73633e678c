// Graphs and kernels: what is recorded, loaded and launched, once each.
#include "cuda/graph.h"

#include <gtest/gtest.h>

#include <cstring>

#include "cuda/module.h"
#include "fake_driver.h"

namespace deeplab::cuda {
namespace {

class CudaGraph : public ::testing::Test {
 protected:
  void TearDown() override {
    stream.reset();
    device.reset();
    EXPECT_EQ(fake.alive(), 0u);
  }

  FakeDriver fake;
  std::shared_ptr<Device> device = Device::Open(fake.driver, 0);
  std::shared_ptr<Stream> stream = std::make_shared<Stream>(device);
};

class CudaModule : public CudaGraph {
 protected:
  const KernelImage image{"fatbin", 6};
};

TEST_F(CudaGraph, IsLaunchedAfterItWasRecorded) {
  int mode = -1;
  fake.StreamBeginCapture = [&](CUstream, int wanted) { return mode = wanted, CUDA_SUCCESS; };
  Capture capture(*stream);
  EXPECT_EQ(mode, CU_STREAM_CAPTURE_MODE_THREAD_LOCAL);
  Graph graph = capture.finish();
  EXPECT_EQ(fake.alive("graph"), 1u);  // the names of its nodes
  graph.launch(*stream);
  Graph another = Capture(*stream).finish();
  another = std::move(graph);
  another.launch(*stream);
  EXPECT_EQ(fake.calls("cuGraphLaunch"), 2);
  EXPECT_EQ(fake.calls("cuStreamEndCapture"), 2);
}

TEST_F(CudaGraph, IsDroppedWhereTheRecordingIsLeft) {
  { const Capture capture(*stream); }
  EXPECT_EQ(fake.calls("cuStreamEndCapture"), 1);
  EXPECT_EQ(fake.calls("cuGraphDestroy"), 1);
  EXPECT_EQ(fake.calls("cuGraphInstantiateWithFlags"), 0);
}

// A driver that refuses to end a recording is asked again: the stream must not stay as it is.
TEST_F(CudaGraph, SpoiledRecordingIsEnded) {
  fake.StreamEndCapture = [](CUstream, CUgraph* graph) {
    return *graph = nullptr, CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
  };
  const Error error = Thrown([&] { Capture(*stream).finish(); });
  EXPECT_EQ(error.code(), ErrorCode::kDeviceFailed);
  EXPECT_NE(std::string(error.what()).find("CAPTURE_INVALIDATED"), std::string::npos);
  EXPECT_EQ(fake.calls("cuStreamEndCapture"), 2);
  EXPECT_EQ(fake.calls("cuGraphDestroy"), 0);
}

TEST_F(CudaGraph, FailuresOnTheWayLeaveNothing) {
  for (const char* const call : {"cuStreamBeginCapture_v2", "cuGraphInstantiateWithFlags"}) {
    fake.fail(1, CUDA_ERROR_OUT_OF_MEMORY, call);
    EXPECT_EQ(Thrown([&] { Capture(*stream).finish(); }).code(), ErrorCode::kDeviceOutOfMemory);
    EXPECT_EQ(fake.alive("graph") + fake.alive("exec"), 0u);
  }
}

TEST_F(CudaModule, ImagesAreLoadedAndKernelsLookedUpOnce) {
  const Kernel& one = device->modules().kernel(image, "one");
  EXPECT_EQ(&device->modules().kernel(image, "one"), &one);
  EXPECT_NE(&device->modules().kernel(image, "two"), &one);
  EXPECT_EQ(fake.calls("cuModuleLoadDataEx"), 1);
  EXPECT_EQ(fake.calls("cuModuleGetFunction"), 2);
  const KernelImage another{"other", 5};
  device->modules().kernel(another, "one");
  EXPECT_EQ(fake.calls("cuModuleLoadDataEx"), 2);
}

TEST_F(CudaModule, LaunchesHandOverShapeAndParameters) {
  struct Parameters {
    int a;
    double b;
  };
  std::vector<unsigned> shape;
  Parameters seen{};
  fake.LaunchKernel = [&](CUfunction, unsigned gx, unsigned gy, unsigned gz, unsigned bx,
                          unsigned by, unsigned bz, unsigned shared, CUstream on, void** parameters,
                          void**) {
    shape = {gx, gy, gz, bx, by, bz, shared};
    std::memcpy(&seen, parameters[0], sizeof seen);
    EXPECT_EQ(on, stream->handle());
    return CUDA_SUCCESS;
  };
  const Kernel& kernel = device->modules().kernel(image, "one");
  kernel.launch(*stream, {{1, 2, 3}, {32, 8}, 100}, Parameters{4, 0.5});
  EXPECT_EQ(shape, (std::vector<unsigned>{1, 2, 3, 32, 8, 1, 100}));
  EXPECT_EQ(seen.a, 4);
  EXPECT_EQ(seen.b, 0.5);
  EXPECT_EQ(fake.calls("cuFuncSetAttribute"), 0);
  fake.fail(1, CUDA_ERROR_INVALID_VALUE);
  EXPECT_NE(std::string(Thrown([&] { kernel.launch(*stream, {}, 1); }).what()).find("one"),
            std::string::npos);
}

TEST_F(CudaModule, LargeSharedMemoryIsAskedForOnce) {
  int allowed = 0;
  fake.FuncSetAttribute = [&](CUfunction, int, int value) { return allowed = value, CUDA_SUCCESS; };
  const Kernel& kernel = device->modules().kernel(image, "one");
  kernel.launch(*stream, {{}, {}, 47 << 10}, 1);
  EXPECT_EQ(allowed, 0);
  kernel.launch(*stream, {{}, {}, 60 << 10}, 1);
  kernel.launch(*stream, {{}, {}, 98 << 10}, 1);
  EXPECT_EQ(allowed, 98 << 10);  // the device's 99 KiB less the kernel's own
  EXPECT_EQ(fake.calls("cuFuncSetAttribute"), 1);
  const int before = fake.calls("cuLaunchKernel");
  EXPECT_EQ(Thrown([&] {
              kernel.launch(*stream, {{}, {}, 99 << 10}, 1);
            }).code(),
            ErrorCode::kInternal);
  EXPECT_EQ(fake.calls("cuLaunchKernel"), before);
}

TEST_F(CudaModule, UnusableImagesSayWhy) {
  ModuleCache& modules = device->modules();
  EXPECT_EQ(Thrown([&] {
              modules.kernel({nullptr, 0}, "one");
            }).code(),
            ErrorCode::kDeviceUnavailable);

  fake.fail(1, CUDA_ERROR_NO_BINARY_FOR_GPU, "cuModuleLoadDataEx");
  const Error old = Thrown([&] { modules.kernel(image, "one"); });
  EXPECT_EQ(old.code(), ErrorCode::kDeviceUnavailable);
  EXPECT_NE(std::string(old.what()).find("compute capability 8.9"), std::string::npos);

  fake.ModuleLoadDataEx = [](CUmodule*, const void*, unsigned count, int* options, void** values) {
    EXPECT_EQ(count, 2u);
    EXPECT_EQ(options[0], CU_JIT_ERROR_LOG_BUFFER);
    EXPECT_GT(reinterpret_cast<size_t>(values[1]), 100u);
    std::strcpy(static_cast<char*>(values[0]), "ptxas fatal: no");
    return CUDA_ERROR_INVALID_IMAGE;
  };
  const Error broken = Thrown([&] { modules.kernel(image, "one"); });
  EXPECT_EQ(broken.code(), ErrorCode::kDeviceFailed);
  EXPECT_NE(std::string(broken.what()).find("ptxas fatal: no"), std::string::npos);
}

TEST_F(CudaModule, UnknownKernelsAreNamed) {
  fake.fail(1, CUDA_ERROR_NOT_FOUND, "cuModuleGetFunction");
  const Error error = Thrown([&] { device->modules().kernel(image, "absent"); });
  EXPECT_EQ(error.code(), ErrorCode::kInternal);
  EXPECT_NE(std::string(error.what()).find("absent"), std::string::npos);
}

}  // namespace
}  // namespace deeplab::cuda
