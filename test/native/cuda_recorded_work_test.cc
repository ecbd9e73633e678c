// Work that is given to a stream or recorded: which calls of the driver it makes, with what.
#include <gtest/gtest.h>

#include "cuda/recorded_work.h"
#include "fake_driver.h"
#include "pipeline/graphs_cuda.h"

namespace deeplab::cuda {
namespace {

struct Parameter {
  int a, b;
};

class CudaWork : public ::testing::Test {
 protected:
  void SetUp() override {
    fake.GraphExecMemcpyNodeSetParams = [this](CUgraphExec, CUgraphNode node,
                                               const CUDA_MEMCPY3D* copy, CUcontext context) {
      EXPECT_EQ(context, fake.context_of(0));
      copies.emplace_back(node, *copy);
      return CUDA_SUCCESS;
    };
    fake.GraphExecKernelNodeSetParams = [this](CUgraphExec, CUgraphNode,
                                               const CUDA_KERNEL_NODE_PARAMS* launch) {
      shape = *launch;
      parameter = *static_cast<const Parameter*>(launch->kernelParams[0]);
      return CUDA_SUCCESS;
    };
    fill(&work, host, {1, 2});
  }
  void TearDown() override {
    stream.reset();
    device.reset();
    EXPECT_EQ(fake.alive(), 0u);
  }

  void fill(Work* of, char* memory, const Parameter& with, unsigned blocks = 1) {
    of->clear();
    of->upload(0x1000, memory, 10);
    of->upload(0x2000, memory, 0);
    of->launch(kernel(), {{blocks, 1, 1}, {32, 1, 1}}, with);
    of->fill(0x3000, 7, 4);
    of->download(memory, 0x4000, 20);
  }
  const Kernel& kernel() { return device->modules().kernel({"fatbin", 6}, "one"); }
  RecordedWork record() {
    return RecordedWork::Record(*stream, work, 2, [this] { fake.log.emplace_back("midst"); });
  }
  // Calls that change a graph.
  int settings() const {
    return fake.calls("cuGraphExecMemcpyNodeSetParams") +
           fake.calls("cuGraphExecKernelNodeSetParams_v2");
  }

  FakeDriver fake;
  std::shared_ptr<Device> device = Device::Open(fake.driver, 0);
  std::shared_ptr<Stream> stream = std::make_shared<Stream>(device);
  const Current current{*device};
  char host[40] = {}, other[40] = {};
  Work work, next;
  std::vector<std::pair<CUgraphNode, CUDA_MEMCPY3D>> copies;
  CUDA_KERNEL_NODE_PARAMS shape{};
  Parameter parameter{};
};

TEST_F(CudaWork, IsGivenToAStreamInItsOrder) {
  EXPECT_EQ(work.size(), 4u);  // no step of no bytes
  fake.log.clear();
  for (size_t i = 0; i < work.size(); ++i) work.give(*stream, i);
  EXPECT_EQ(fake.log, (std::vector<std::string>{"cuMemcpyHtoDAsync_v2", "cuLaunchKernel",
                                                "cuMemsetD8Async", "cuMemcpyDtoHAsync_v2"}));
}

TEST_F(CudaWork, IsRecordedAroundItsMidst) {
  fake.log.clear();
  {
    const RecordedWork recorded = record();
    const std::string node = "cuStreamGetCaptureInfo_v3";
    EXPECT_EQ(fake.log,
              (std::vector<std::string>{"cuStreamBeginCapture_v2", "cuMemcpyHtoDAsync_v2", node,
                                        "cuLaunchKernel", node, "midst", "cuMemsetD8Async", node,
                                        "cuMemcpyDtoHAsync_v2", node, "cuStreamEndCapture",
                                        "cuGraphInstantiateWithFlags"}));
  }
  EXPECT_EQ(fake.alive("graph") + fake.alive("exec"), 0u);
}

TEST_F(CudaWork, SetsWhatDiffersAndNothingElse) {
  RecordedWork recorded = record();
  recorded.launch(*stream, work);
  EXPECT_EQ(settings(), 0);
  fill(&next, other, {1, 3}, 5);
  ASSERT_TRUE(work.is_like(next));
  recorded.launch(*stream, next);
  ASSERT_EQ(copies.size(), 2u);
  EXPECT_NE(copies[0].first, copies[1].first);
  const CUDA_MEMCPY3D &up = copies[0].second, &down = copies[1].second;
  EXPECT_EQ(up.srcMemoryType, CU_MEMORYTYPE_HOST);
  EXPECT_EQ(up.srcHost, other);
  EXPECT_EQ(up.dstMemoryType, CU_MEMORYTYPE_DEVICE);
  EXPECT_EQ(up.dstDevice, 0x1000u);
  EXPECT_EQ(up.WidthInBytes, 10u);
  EXPECT_EQ(down.srcDevice, 0x4000u);
  EXPECT_EQ(down.dstHost, other);
  EXPECT_EQ(down.WidthInBytes, 20u);
  EXPECT_EQ(down.Height, 1u);
  EXPECT_EQ(down.Depth, 1u);
  EXPECT_EQ(shape.gridDimX, 5u);
  EXPECT_EQ(shape.blockDimX, 32u);
  EXPECT_EQ(parameter.b, 3);
  recorded.launch(*stream, next);
  EXPECT_EQ(settings(), 3);
  fill(&next, other, {1, 4}, 5);
  recorded.launch(*stream, next);
  EXPECT_EQ(settings(), 4);
  recorded.launch(*stream, work);  // what was recorded differs again
  EXPECT_EQ(settings(), 7);
  EXPECT_EQ(parameter.b, 2);
  EXPECT_EQ(fake.calls("cuGraphLaunch"), 5);
}

TEST_F(CudaWork, SetsAgainWhatFailed) {
  RecordedWork recorded = record();
  fill(&next, other, {1, 3});
  fake.fail(1, CUDA_ERROR_INVALID_VALUE, "cuGraphExecKernelNodeSetParams_v2");
  EXPECT_EQ(Thrown([&] { recorded.launch(*stream, next); }).code(), ErrorCode::kDeviceFailed);
  EXPECT_EQ(copies.size(), 1u);
  EXPECT_EQ(fake.calls("cuGraphLaunch"), 0);
  recorded.launch(*stream, next);
  EXPECT_EQ(copies.size(), 2u);
  EXPECT_EQ(parameter.b, 3);
}

TEST_F(CudaWork, IsAlikeWhereAGraphCanBeSet) {
  const auto is_like = [&](const std::function<void()>& change) {
    fill(&next, host, {1, 2});
    change();
    return work.is_like(next) && next.is_like(work);
  };
  EXPECT_TRUE(is_like([] {}));
  EXPECT_FALSE(is_like([&] { next.fill(0x3000, 7, 4); }));
  EXPECT_FALSE(is_like([&] { next.clear(); }));
  const auto rebuilt = [&](CUdeviceptr filled, unsigned char value, size_t bytes, bool up) {
    return is_like([&] {
      next.clear();
      up ? next.upload(1, host, 3) : next.download(host, 1, 3);
      next.launch(kernel(), {}, Parameter{});
      next.fill(filled, value, bytes);
      next.download(other, 5, 6);
    });
  };
  EXPECT_TRUE(rebuilt(0x3000, 7, 4, true));
  EXPECT_FALSE(rebuilt(0x3000, 7, 4, false));
  EXPECT_FALSE(rebuilt(0x3004, 7, 4, true));
  EXPECT_FALSE(rebuilt(0x3000, 8, 4, true));
  EXPECT_FALSE(rebuilt(0x3000, 7, 5, true));
  EXPECT_FALSE(is_like([&] {
    next.clear();
    next.upload(0x1000, host, 10);
    next.launch(device->modules().kernel({"fatbin", 6}, "two"), {}, Parameter{});
    next.fill(0x3000, 7, 4);
    next.download(host, 0x4000, 20);
  }));
}

TEST_F(CudaWork, OfADriverThatNamesNoNodesIsNotRecorded) {
  pipeline::RequestGraphs(device, stream);
  fake.driver.api.StreamGetCaptureInfo.call = nullptr;
  fake.driver.version = 12010;
  const Error error = Thrown([&] { pipeline::RequestGraphs(device, stream); });
  EXPECT_EQ(error.code(), ErrorCode::kDeviceUnavailable);
  const std::string message = error.what();
  EXPECT_NE(message.find("CUDA 12.1"), std::string::npos) << message;
  EXPECT_NE(message.find("cudaGraphs"), std::string::npos) << message;
}

}  // namespace
}  // namespace deeplab::cuda
