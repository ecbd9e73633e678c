// The doubles of TensorRT and of the CUDA driver, opened as the product opens them and used through
// the product's own declarations; and a short way to plans.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "../doubles/tensorrt/control.h"
#include "cuda_double.h"
#include "infer/trt_object.h"
#include "infer/trt_parser.h"
#include "ort_test_support.h"

namespace deeplab::test {

namespace trt = infer::trt;

// The control functions (test/doubles/tensorrt/control.h) by the names that follow their prefix.
struct TrtControl {
  template <typename Function>
  static Function* Find(Function*, const char* name) {
    std::string error;
    void* const library = OpenSharedLibrary(DEEPLAB_TRT_DOUBLE, &error);
    void* const symbol = library != nullptr ? FindSymbol(library, name) : nullptr;
    EXPECT_NE(symbol, nullptr) << name << " " << error;
    return reinterpret_cast<Function*>(symbol);
  }
#define DEEPLAB_CONTROL(name)                       \
  decltype(&deeplab_double_trt_##name) name = Find( \
      static_cast<decltype(&deeplab_double_trt_##name)>(nullptr), "deeplab_double_trt_" #name)
  DEEPLAB_CONTROL(fail);
  DEEPLAB_CONTROL(calls);
  DEEPLAB_CONTROL(set);
  DEEPLAB_CONTROL(count);
  DEEPLAB_CONTROL(leaks);
  DEEPLAB_CONTROL(misuses);
  DEEPLAB_CONTROL(reset);
#undef DEEPLAB_CONTROL
};

inline trt::Dims ToDims(const std::vector<int64_t>& sizes) {
  trt::Dims dims{static_cast<int32_t>(sizes.size()), {}};
  std::copy(sizes.begin(), sizes.end(), dims.size);
  return dims;
}

inline std::vector<int64_t> ToSizes(const trt::Dims& dims) {
  if (dims.rank < 0) return {-1};
  return {dims.size, dims.size + dims.rank};
}

using Shapes = std::array<std::vector<int64_t>, 3>;  // least, best, greatest

// What to build from a network of test/fixtures/onnx.
struct PlanRequest {
  std::string network = "dynamic_batch";
  std::vector<Shapes> profiles;  // of the one input
  std::vector<trt::BuilderFlag> flags;
  trt::DataType input_type = trt::DataType::kFloat;
  trt::DataType output_type = trt::DataType::kFloat;
  // Where the test has more to say.
  std::function<void(trt::IBuilderConfig&)> configure = [](trt::IBuilderConfig&) {};
};

// Batches of 1 to 4 of 4 × 6 pixels.
inline PlanRequest DynamicBatch() {
  PlanRequest request;
  request.profiles = {{{{1, 3, 4, 6}, {2, 3, 4, 6}, {4, 3, 4, 6}}}};
  return request;
}

// What opens a plan in a file, on the doubles.
inline infer::OpenRequest OpenRequestFor(const std::string& plan_path, int max_batch) {
  infer::OpenRequest request;
  request.package_format = "trt";
  request.device = "auto";
  request.weights_path = plan_path;
  request.candidates = {{cuda::kDriverLibrary, "test", DEEPLAB_CUDA_DOUBLE},
                        {infer::kTrtLibraryName, "test", DEEPLAB_TRT_DOUBLE}};
  request.max_batch = max_batch;
  return request;
}

// A T4 and an Orin; the T4's context is current on the test's thread. Ends without a misuse, and
// without an object of TensorRT's or of the driver's that is alive.
class TrtDouble : public CudaDouble {
 protected:
  void SetUp() override {
    CudaDouble::SetUp();
    trt_control().reset();
    ASSERT_EQ(trt_control().set("ONNXRUNTIME", infer::testing_support::OrtPath().c_str()), 1);
    const infer::TrtSearch search =
        infer::FindTrtLibrary({{infer::kTrtLibraryName, "test", DEEPLAB_TRT_DOUBLE}});
    ASSERT_NE(search.library, nullptr) << infer::DescribeFailure(search);
    library_ = search.library;
  }

  void TearDown() override {
    char text[1024] = "";
    EXPECT_EQ(trt_control().leaks(text, sizeof text), 0u) << text;
    EXPECT_EQ(misuses(), "");
    EXPECT_EQ(alive(), "");
    CudaDouble::TearDown();
  }

  static const TrtControl& trt_control() {
    static const TrtControl functions;
    return functions;
  }
  const infer::TrtLibrary& library() const { return *library_; }
  deeplab_double_trt_counters trt_counters() {
    deeplab_double_trt_counters now{};
    trt_control().count(&now);
    return now;
  }
  std::string misuses() {
    char text[1024] = "";
    trt_control().misuses(text, sizeof text);
    return text;
  }
  // What the driver still has when the test's own is gone. Memory goes in the time of its stream,
  // for which nobody waits.
  std::string alive() {
    destroy_own();
    for (int tries = 0; !leaks().empty() && tries < 5000; ++tries) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return leaks();
  }

  // A misuse that the test wanted; forgotten then.
  void expect_misuse(const std::string& part) {
    EXPECT_NE(misuses().find(part), std::string::npos) << misuses();
    trt_control().reset();
    trt_control().set("ONNXRUNTIME", infer::testing_support::OrtPath().c_str());
  }

  // The plan; empty, and the errors in `log`, where it was not built.
  std::string build(const PlanRequest& request, std::string* log = nullptr);

  std::unique_ptr<trt::ICudaEngine> deserialize(trt::IRuntime& runtime, const std::string& plan,
                                                std::string* log = nullptr) {
    const infer::TrtErrorScope errors;
    std::unique_ptr<trt::ICudaEngine> engine(
        runtime->deserializeCudaEngine(plan.data(), plan.size()));
    if (log != nullptr) *log = errors.text();
    return engine;
  }

  const infer::TrtLibrary* library_ = nullptr;
};

inline std::string TrtDouble::build(const PlanRequest& request, std::string* log) {
  const infer::TrtErrorScope errors;
  const auto builder = library().new_builder();
  const std::unique_ptr<trt::INetworkDefinition> network((*builder)->createNetworkV2(0));
  const auto parser = infer::OpenTrtParser(library()).new_parser(*network, library().log());
  const std::string file = infer::testing_support::NetworkPath(request.network);
  std::string plan;
  if (parser->parseFromFile(file.c_str(), 0)) {
    trt::ITensor& input = *(*network)->getInput(0);
    input->setType(request.input_type);
    trt::ITensor& output = *(*network)->getOutput(0);
    output->setType(request.output_type);
    const std::unique_ptr<trt::IBuilderConfig> config((*builder)->createBuilderConfig());
    for (const trt::BuilderFlag flag : request.flags) (*config)->setFlag(flag);
    for (const Shapes& shapes : request.profiles) {
      trt::IOptimizationProfile& profile = *(*builder)->createOptimizationProfile();
      for (int i = 0; i < 3; ++i) {
        profile->setDimensions(input->getName(), static_cast<trt::OptProfileSelector>(i),
                               ToDims(shapes[static_cast<size_t>(i)]));
      }
      (*config)->addOptimizationProfile(&profile);
    }
    request.configure(*config);
    const std::unique_ptr<trt::IHostMemory> built(
        (*builder)->buildSerializedNetwork(*network, *config));
    if (built != nullptr) {
      plan.assign(static_cast<const char*>((*built)->data()), (*built)->size());
    }
  }
  if (log != nullptr) *log = errors.text();
  return plan;
}

}  // namespace deeplab::test
