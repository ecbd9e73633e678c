// The double of the CUDA driver, opened as the product opens the driver, and its control functions.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "control.h"
#include "core/shared_library.h"
#include "cuda/driver.h"

namespace deeplab::test {

// The control functions (test/doubles/cuda/control.h) by the names that follow their prefix.
struct CudaControl {
  template <typename Function>
  static Function* Find(Function*, const char* name) {
    std::string error;
    void* const library = OpenSharedLibrary(DEEPLAB_CUDA_DOUBLE, &error);
    void* const symbol = library != nullptr ? FindSymbol(library, name) : nullptr;
    EXPECT_NE(symbol, nullptr) << name << " " << error;
    return reinterpret_cast<Function*>(symbol);
  }
#define DEEPLAB_CONTROL(name)                        \
  decltype(&deeplab_double_cuda_##name) name = Find( \
      static_cast<decltype(&deeplab_double_cuda_##name)>(nullptr), "deeplab_double_cuda_" #name)
  DEEPLAB_CONTROL(enqueue);
  DEEPLAB_CONTROL(host_address);
  DEEPLAB_CONTROL(host_range);
  DEEPLAB_CONTROL(fail);
  DEEPLAB_CONTROL(lose);
  DEEPLAB_CONTROL(calls);
  DEEPLAB_CONTROL(launches);
  DEEPLAB_CONTROL(count);
  DEEPLAB_CONTROL(set_delay);
  DEEPLAB_CONTROL(hold);
  DEEPLAB_CONTROL(set_pageable);
  DEEPLAB_CONTROL(set_memory_limit);
  DEEPLAB_CONTROL(leaks);
  DEEPLAB_CONTROL(reset);
#undef DEEPLAB_CONTROL
};

// Two devices as after a start; device 0's primary context is current on the test's thread.
class CudaDouble : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(control().reset("T4,Orin"), 1);
    const cuda::DriverSearch search =
        cuda::FindDriver({{cuda::kDriverLibrary, "test", DEEPLAB_CUDA_DOUBLE}});
    ASSERT_NE(search.library, nullptr) << cuda::DescribeFailure(search);
    driver_ = search.library;
    SetUpContext();
  }
  // After a reset.
  void SetUpContext() {
    ASSERT_EQ(api().Init.call(0), 0);
    ASSERT_EQ(api().DevicePrimaryCtxRetain.call(&context_, 0), 0);
    ASSERT_EQ(api().CtxPushCurrent.call(context_), 0);
  }
  void TearDown() override { control().reset(nullptr); }

  static const CudaControl& control() {
    static const CudaControl functions;
    return functions;
  }
  const cuda::DriverApi& api() const { return driver_->api; }

  cuda::CUstream stream() {
    cuda::CUstream made = nullptr;
    EXPECT_EQ(api().StreamCreate.call(&made, cuda::CU_STREAM_NON_BLOCKING), 0);
    streams_.push_back(made);
    return made;
  }
  cuda::CUevent event() {
    cuda::CUevent made = nullptr;
    EXPECT_EQ(api().EventCreate.call(&made, 0), 0);
    return made;
  }
  cuda::CUdeviceptr memory(size_t size) {
    cuda::CUdeviceptr made = 0;
    EXPECT_EQ(api().MemAlloc.call(&made, size), 0);
    memory_.push_back(made);
    return made;
  }
  unsigned char* pinned(size_t size, unsigned flags = 0) {
    void* made = nullptr;
    EXPECT_EQ(api().MemHostAlloc.call(&made, size, flags), 0);
    return static_cast<unsigned char*>(made);
  }
  deeplab_double_cuda_counters counters() {
    deeplab_double_cuda_counters now{};
    control().count(&now);
    return now;
  }
  std::string leaks() {
    char text[1024] = "";
    control().leaks(text, sizeof text);
    return text;
  }

  // Of what the test made by the functions above and by SetUp(), what it has not destroyed itself.
  void destroy_own() {
    for (const cuda::CUstream made : streams_) api().StreamDestroy.call(made);
    for (const cuda::CUdeviceptr made : memory_) api().MemFree.call(made);
    cuda::CUcontext popped = nullptr;
    api().CtxPopCurrent.call(&popped);
    api().DevicePrimaryCtxRelease.call(0);
  }

  const cuda::Driver* driver_ = nullptr;
  cuda::CUcontext context_ = nullptr;

 private:
  std::vector<cuda::CUstream> streams_;
  std::vector<cuda::CUdeviceptr> memory_;
};

}  // namespace deeplab::test
