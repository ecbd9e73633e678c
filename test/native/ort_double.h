// The proxy of ONNX Runtime on the CUDA driver's double: opened as the product opens them, with
// their control functions, and a check at the end of every test that nothing is left.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "../doubles/onnxruntime/control.h"
#include "core/shared_library.h"
#include "cuda_double.h"
#include "leak_check.h"
#include "ort_test_support.h"

namespace deeplab::infer::testing_support {

// The control functions (test/doubles/onnxruntime/control.h) by the names behind their prefix.
struct OrtControl {
  template <typename Function>
  static Function* Find(Function*, const char* name) {
    std::string error;
    void* const library = OpenSharedLibrary(DEEPLAB_ORT_DOUBLE, &error);
    void* const symbol = library != nullptr ? FindSymbol(library, name) : nullptr;
    EXPECT_NE(symbol, nullptr) << name << " " << error;
    return reinterpret_cast<Function*>(symbol);
  }
#define DEEPLAB_CONTROL(name)                                          \
  decltype(&deeplab_double_ort_##name) name =                          \
      Find(static_cast<decltype(&deeplab_double_ort_##name)>(nullptr), \
           "deeplab_double_"                                           \
           "ort_" #name)
  DEEPLAB_CONTROL(count);
  DEEPLAB_CONTROL(fail);
  DEEPLAB_CONTROL(calls);
  DEEPLAB_CONTROL(options);
  DEEPLAB_CONTROL(misuses);
  DEEPLAB_CONTROL(reset);
#undef DEEPLAB_CONTROL
};

// Two devices of one kind.
class OrtDoubles : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    setenv("DEEPLAB_DOUBLE_ORT_REAL", OrtPath().c_str(), 1);
    const LeakCheckOff leak_check_off;  // its environment: ort_test_environment.cc
    const OrtSearch search = FindOrtLibrary({Candidate(DEEPLAB_ORT_DOUBLE)});
    ASSERT_NE(search.library, nullptr) << DescribeFailure(search);
    search.library->environment();
  }

  void SetUp() override { Restart("T4,T4"); }

  void TearDown() override {
    offer(nullptr);
    char text[1000] = "";
    EXPECT_EQ(ort().misuses(text, sizeof text), 0u) << text;
    const deeplab_double_ort_counters left = counters();
    EXPECT_EQ(left.sessions, 0u);
    EXPECT_EQ(left.bindings, 0u);
    EXPECT_EQ(left.provider_options, 0u);
    EXPECT_EQ(left.outputs, 0u);
    EXPECT_EQ(left.arena_bytes, 0u);
    EXPECT_TRUE(is_lost_ || gpu().leaks(text, sizeof text) == 0) << text;
    gpu().reset(nullptr);
  }

  void Restart(const char* devices) {
    ASSERT_EQ(gpu().reset(devices), 1);
    ort().reset();
    const auto search = cuda::FindDriver({{cuda::kDriverLibrary, "test", DEEPLAB_CUDA_DOUBLE}});
    ASSERT_NE(search.library, nullptr) << cuda::DescribeFailure(search);
    ASSERT_EQ(search.library->api.Init.call(0), 0);  // forgotten by the reset
  }

  static const OrtControl& ort() {
    static const OrtControl functions;
    return functions;
  }
  static const test::CudaControl& gpu() {
    static const test::CudaControl functions;
    return functions;
  }

  // Which providers the library has ("cuda,tensorrt", "cuda", "none"); null: all of them.
  static void offer(const char* providers) {
    providers != nullptr ? setenv("DEEPLAB_DOUBLE_ORT_PROVIDERS", providers, 1)
                         : unsetenv("DEEPLAB_DOUBLE_ORT_PROVIDERS");
    ort().reset();
  }

  static OpenRequest request(const std::string& network, const std::string& device = "cuda:0") {
    OpenRequest request = RequestFor(network);
    request.device = device;
    request.candidates = {Candidate(DEEPLAB_ORT_DOUBLE),
                          {cuda::kDriverLibrary, "test", DEEPLAB_CUDA_DOUBLE}};
    return request;
  }

  static deeplab_double_ort_counters counters() {
    deeplab_double_ort_counters now{};
    ort().count(&now);
    return now;
  }
  static deeplab_double_cuda_counters gpu_counters() {
    deeplab_double_cuda_counters now{};
    gpu().count(&now);
    return now;
  }
  // What the newest session's providers were told.
  static std::string told() {
    char text[4000] = "";
    ort().options(text, sizeof text);
    return text;
  }

  // A test lost the device: of that the driver takes nothing back.
  void expect_lost() { is_lost_ = true; }

 private:
  bool is_lost_ = false;
};

}  // namespace deeplab::infer::testing_support
