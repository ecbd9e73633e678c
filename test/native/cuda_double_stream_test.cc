// The double of the CUDA driver: order within and between streams, events, host functions,
// captures.
#include <atomic>
#include <chrono>
#include <thread>

#include "cuda_double.h"

namespace deeplab::cuda {
namespace {

using deeplab::test::CudaDouble;

class CudaDoubleStreams : public CudaDouble {
 protected:
  void SetUp() override {
    CudaDouble::SetUp();
    a_ = stream();
    b_ = stream();
    at_ = memory(4);
    host_ = pinned(4);
  }
  void set(CUstream s, unsigned char value) {
    EXPECT_EQ(api().MemsetD8Async.call(at_, value, 4, s), 0);
  }
  unsigned char value() { return *static_cast<unsigned char*>(control().host_address(at_)); }
  void begin(CUstream s) {
    EXPECT_EQ(api().StreamBeginCapture.call(s, CU_STREAM_CAPTURE_MODE_THREAD_LOCAL), 0);
  }
  CUresult end(CUstream s) {
    CUgraph graph = nullptr;
    const CUresult result = api().StreamEndCapture.call(s, &graph);
    EXPECT_EQ(result == 0, graph != nullptr);
    return result;
  }
  CUstream a_ = nullptr, b_ = nullptr;
  CUdeviceptr at_ = 0;
  unsigned char* host_ = nullptr;
};

TEST_F(CudaDoubleStreams, AnEventOrdersTwoStreams) {
  control().set_delay(300, 7);
  const CUevent done = event();
  for (unsigned char i = 0; i < 20; ++i) {
    set(a_, i);
    EXPECT_EQ(api().EventRecord.call(done, a_), 0);
    EXPECT_EQ(api().StreamWaitEvent.call(b_, done, 0), 0);
    set(b_, static_cast<unsigned char>(i + 100));
    EXPECT_EQ(api().StreamSynchronize.call(b_), 0);
    EXPECT_EQ(value(), i + 100);
  }
}

// What the event above is for: without it the streams' order is anybody's guess.
TEST_F(CudaDoubleStreams, WithoutAnEventTheOrderVaries) {
  control().set_delay(300, 7);
  bool seen[2] = {};
  for (int i = 0; i < 500 && !(seen[0] && seen[1]); ++i) {
    set(a_, 0);
    set(b_, 1);
    EXPECT_EQ(api().StreamSynchronize.call(a_), 0);
    EXPECT_EQ(api().StreamSynchronize.call(b_), 0);
    seen[value()] = true;
  }
  EXPECT_TRUE(seen[0] && seen[1]);
}

TEST_F(CudaDoubleStreams, AnEventTellsWhenItWasReached) {
  const CUevent first = event(), last = event();
  float milliseconds = -1;
  EXPECT_EQ(api().EventQuery.call(first), 0);  // never recorded: nothing to wait for
  EXPECT_EQ(api().EventElapsedTime.call(&milliseconds, first, last), CUDA_ERROR_INVALID_HANDLE);
  control().hold(1);
  EXPECT_EQ(api().EventRecord.call(first, a_), 0);
  EXPECT_EQ(api().EventRecord.call(last, a_), 0);
  EXPECT_EQ(api().EventQuery.call(last), CUDA_ERROR_NOT_READY);
  EXPECT_EQ(api().EventElapsedTime.call(&milliseconds, first, last), CUDA_ERROR_NOT_READY);
  control().hold(0);
  EXPECT_EQ(api().EventSynchronize.call(last), 0);
  EXPECT_EQ(api().EventElapsedTime.call(&milliseconds, first, last), 0);
  EXPECT_GE(milliseconds, 0);
  EXPECT_EQ(api().EventDestroy.call(last), 0);
  EXPECT_EQ(api().EventQuery.call(last), CUDA_ERROR_INVALID_HANDLE);
}

TEST_F(CudaDoubleStreams, WorkOfADestroyedStreamGoesOn) {
  control().hold(1);
  const CUevent done = event();
  set(a_, 3);
  EXPECT_EQ(api().EventRecord.call(done, a_), 0);
  EXPECT_EQ(api().StreamDestroy.call(a_), 0);
  EXPECT_EQ(api().StreamSynchronize.call(a_), CUDA_ERROR_INVALID_HANDLE);
  control().hold(0);
  EXPECT_EQ(api().EventSynchronize.call(done), 0);
  EXPECT_EQ(value(), 3);
}

TEST_F(CudaDoubleStreams, HostFunctionsMustNotCallTheDriver) {
  struct Argument {
    const DriverApi* api;
    CUdeviceptr at;
    CUresult result = 0;
  } argument{&api(), at_};
  const CUhostFn function = [](void* given) {
    auto& its = *static_cast<Argument*>(given);
    its.result = its.api->MemFree.call(its.at);
  };
  EXPECT_EQ(api().LaunchHostFunc.call(a_, function, &argument), 0);
  EXPECT_EQ(api().StreamSynchronize.call(a_), 0);
  EXPECT_EQ(argument.result, 800);
}

TEST_F(CudaDoubleStreams, JobsOfOtherDoublesUseDeviceMemory) {
  struct Argument {
    const deeplab::test::CudaControl* control;
    CUdeviceptr at;
  } argument{&control(), at_};
  const auto run = [](void* given) {
    const auto& its = *static_cast<Argument*>(given);
    *static_cast<unsigned char*>(its.control->host_address(its.at)) = 42;
  };
  EXPECT_EQ(control().enqueue(a_, run, &argument), 0);
  EXPECT_EQ(api().StreamSynchronize.call(a_), 0);
  EXPECT_EQ(value(), 42);
  argument.at = at_ + 4;  // out of range: the job ends, and the context is lost
  EXPECT_EQ(control().enqueue(a_, run, &argument), 0);
  EXPECT_EQ(api().StreamSynchronize.call(a_), CUDA_ERROR_ILLEGAL_ADDRESS);
}

// The driver calls no host function in a lost context: nobody may wait for one.
TEST_F(CudaDoubleStreams, ALostContextDropsWhatWaits) {
  control().hold(1);
  std::atomic<bool> called{false};
  const CUhostFn function = [](void* flag) { *static_cast<std::atomic<bool>*>(flag) = true; };
  EXPECT_EQ(api().LaunchHostFunc.call(a_, function, &called), 0);
  control().lose(0, CUDA_ERROR_LAUNCH_FAILED);
  control().hold(0);
  EXPECT_EQ(api().StreamSynchronize.call(a_), CUDA_ERROR_LAUNCH_FAILED);
  EXPECT_EQ(control().reset(nullptr), 1);  // waits for the streams' ends
  EXPECT_FALSE(called);
}

TEST_F(CudaDoubleStreams, AGraphRepeatsWhatWasCaptured) {
  CUgraph graph = nullptr;
  CUgraphExec exec = nullptr;
  begin(a_);
  EXPECT_EQ(api().MemcpyHtoDAsync.call(at_, host_, 4, a_), 0);
  EXPECT_EQ(api().StreamEndCapture.call(a_, &graph), 0);
  EXPECT_EQ(counters().pinned_to_device, 0u);
  EXPECT_EQ(api().GraphInstantiate.call(&exec, graph, 0), 0);
  EXPECT_EQ(api().GraphDestroy.call(graph), 0);
  EXPECT_EQ(api().StreamDestroy.call(a_), 0);
  for (const unsigned char i : {5, 6}) {
    host_[0] = i;
    EXPECT_EQ(api().GraphLaunch.call(exec, b_), 0);
    EXPECT_EQ(api().StreamSynchronize.call(b_), 0);
    EXPECT_EQ(value(), i);
  }
  EXPECT_EQ(counters().pinned_to_device, 8u);
  EXPECT_EQ(api().MemFree.call(at_), 0);
  EXPECT_EQ(api().GraphLaunch.call(exec, b_), 0);  // its addresses are not looked up again
  EXPECT_EQ(api().StreamSynchronize.call(b_), CUDA_ERROR_ILLEGAL_ADDRESS);
}

// What a copy in a graph can be set to.
TEST_F(CudaDoubleStreams, ACopyOfAGraphIsSetWhileTheGraphIsThere) {
  CUgraph graph = nullptr;
  CUgraphExec exec = nullptr;
  begin(a_);
  EXPECT_EQ(api().MemcpyHtoDAsync.call(at_, host_, 4, a_), 0);
  int status = 0;
  const CUgraphNode* nodes = nullptr;
  size_t count = 0;
  const auto ask = [&] {
    return api().StreamGetCaptureInfo.call(a_, &status, nullptr, nullptr, &nodes, nullptr, &count);
  };
  EXPECT_EQ(ask(), 0);
  EXPECT_EQ(status, CU_STREAM_CAPTURE_STATUS_ACTIVE);
  ASSERT_EQ(count, 1u);
  const CUgraphNode node = nodes[0];
  EXPECT_EQ(api().StreamEndCapture.call(a_, &graph), 0);
  EXPECT_EQ(ask(), 0);
  EXPECT_EQ(status, CU_STREAM_CAPTURE_STATUS_NONE);
  EXPECT_EQ(api().GraphInstantiate.call(&exec, graph, 0), 0);

  unsigned char* const other = pinned(4);
  unsigned char pageable[4] = {};
  CUDA_MEMCPY3D copy{};
  const auto set = [&](const void* from, int source, size_t height) {
    copy.srcMemoryType = source;
    copy.srcHost = from;
    copy.dstMemoryType = CU_MEMORYTYPE_DEVICE;
    copy.dstDevice = at_;
    copy.WidthInBytes = 4;
    copy.Height = height;
    copy.Depth = 1;
    return api().GraphExecMemcpyNodeSetParams.call(exec, node, &copy, context_);
  };
  EXPECT_EQ(set(pageable, CU_MEMORYTYPE_HOST, 1), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(set(other, CU_MEMORYTYPE_DEVICE, 1), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(set(other, CU_MEMORYTYPE_HOST, 2), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(set(other + 1, CU_MEMORYTYPE_HOST, 1), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(set(other, CU_MEMORYTYPE_HOST, 1), 0);
  host_[0] = 1, other[0] = 2;
  EXPECT_EQ(api().GraphLaunch.call(exec, b_), 0);
  EXPECT_EQ(api().StreamSynchronize.call(b_), 0);
  EXPECT_EQ(value(), 2);
  CUDA_KERNEL_NODE_PARAMS launch{};
  EXPECT_EQ(api().GraphExecKernelNodeSetParams.call(exec, node, &launch), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(api().GraphDestroy.call(graph), 0);
  EXPECT_EQ(set(host_, CU_MEMORYTYPE_HOST, 1), CUDA_ERROR_INVALID_VALUE);
}

TEST_F(CudaDoubleStreams, ACaptureEndsWithWhatItMustNotDo) {
  CUdeviceptr other = 0;
  unsigned char pageable[4] = {};
  const auto try_in_capture = [&](const auto& call) {
    begin(a_);
    EXPECT_EQ(call(), CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED);
    EXPECT_EQ(api().MemsetD8Async.call(at_, 0, 4, a_), CUDA_ERROR_STREAM_CAPTURE_INVALIDATED);
    EXPECT_EQ(end(a_), CUDA_ERROR_STREAM_CAPTURE_INVALIDATED);
  };
  try_in_capture([&] { return api().MemAlloc.call(&other, 4); });
  try_in_capture([&] { return api().MemFree.call(at_); });
  try_in_capture([&] { return api().StreamSynchronize.call(a_); });
  try_in_capture([&] { return api().StreamQuery.call(a_); });
  try_in_capture([&] { return api().MemcpyHtoDAsync.call(at_, pageable, 4, a_); });
  try_in_capture([&] { return api().MemcpyDtoHAsync.call(pageable, at_, 4, a_); });
  set(a_, 1);
  EXPECT_EQ(api().StreamSynchronize.call(a_), 0);
  EXPECT_EQ(value(), 1);
}

TEST_F(CudaDoubleStreams, ACaptureIsItsThreads) {
  begin(a_);
  std::thread([&] {
    CUdeviceptr other = 0;
    EXPECT_EQ(api().CtxPushCurrent.call(context_), 0);
    EXPECT_EQ(api().MemAlloc.call(&other, 4), 0);  // not this thread's capture
    EXPECT_EQ(end(a_), CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD);
  }).join();
  EXPECT_EQ(end(b_), 401);
  EXPECT_EQ(end(a_), 0);
}

TEST_F(CudaDoubleStreams, ACaptureForksAndMustJoin) {
  const CUevent fork = event(), join = event();
  for (const bool joins : {true, false}) {
    begin(a_);
    EXPECT_EQ(api().EventRecord.call(fork, a_), 0);
    EXPECT_EQ(api().StreamWaitEvent.call(b_, fork, 0), 0);
    set(b_, 8);
    EXPECT_EQ(api().EventRecord.call(join, b_), 0);
    if (joins) {
      EXPECT_EQ(api().StreamWaitEvent.call(a_, join, 0), 0);
    }
    EXPECT_EQ(end(a_), joins ? 0 : CUDA_ERROR_STREAM_CAPTURE_UNJOINED);
    EXPECT_EQ(api().EventQuery.call(join), CUDA_ERROR_CAPTURED_EVENT);
  }
  EXPECT_EQ(api().EventRecord.call(fork, b_), 0);
  begin(a_);
  EXPECT_EQ(api().StreamWaitEvent.call(a_, fork, 0), CUDA_ERROR_STREAM_CAPTURE_ISOLATION);
  EXPECT_EQ(end(a_), CUDA_ERROR_STREAM_CAPTURE_INVALIDATED);
}

}  // namespace
}  // namespace deeplab::cuda
