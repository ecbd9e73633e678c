// What TensorRT's double refuses, in TensorRT's words, and how it fails when it is told to.
#include <cstring>
#include <thread>

#include "trt_double.h"

namespace deeplab::test {
namespace {

using infer::TrtErrorScope;
using trt::BuilderFlag;

class TrtRefusal : public TrtDouble {
 protected:
  // The log of a plan that must not be read.
  std::string refusal(const std::string& plan) {
    std::string log;
    const auto runtime = library().new_runtime();
    EXPECT_EQ(deserialize(*runtime, plan, &log), nullptr);
    return log;
  }
  // The log of an engine that must not be built.
  std::string build_failure(const PlanRequest& request) {
    std::string log;
    EXPECT_EQ(build(request, &log), "");
    return log;
  }
  void set(const char* name, const char* value) { ASSERT_EQ(trt_control().set(name, value), 1); }
  // Makes that device's context current for as long as it lives.
  class OnOrin {
   public:
    explicit OnOrin(const cuda::DriverApi& api) : api_(api) {
      cuda::CUcontext context = nullptr;
      EXPECT_EQ(api_.DevicePrimaryCtxRetain.call(&context, 1), 0);
      EXPECT_EQ(api_.CtxPushCurrent.call(context), 0);
    }
    ~OnOrin() {
      cuda::CUcontext popped = nullptr;
      api_.CtxPopCurrent.call(&popped);
      api_.DevicePrimaryCtxRelease.call(1);
    }

   private:
    const cuda::DriverApi& api_;
  };
};

TEST_F(TrtRefusal, OfAPlanForAnotherDeviceNamesBoth) {
  const std::string plan = build(DynamicBatch());
  const OnOrin orin(api());
  EXPECT_EQ(refusal(plan),
            "IRuntime::deserializeCudaEngine: Error Code 6: API Usage Error (The engine plan file "
            "is generated on an incompatible device, expecting compute 8.7 got compute 7.5, please "
            "rebuild.)");
}

TEST_F(TrtRefusal, OfAPlanOfAnotherFormatNamesBoth) {
  set("VERSION", "10.7.0");
  const std::string plan = build(DynamicBatch());
  set("VERSION", "10.3.0");
  EXPECT_EQ(refusal(plan),
            "IRuntime::deserializeCudaEngine: Error Code 1: Serialization (Serialization assertion "
            "stdVersionRead == kSERIALIZATION_VERSION failed.Version tag does not match. Note: "
            "Current Version: 237, Serialized Engine Version: 239)");
}

TEST_F(TrtRefusal, OfAPlanOfAnotherVersionNamesBoth) {
  set("VERSION", "10.0.1");
  const std::string plan = build(DynamicBatch());
  set("VERSION", "10.3.0");
  EXPECT_EQ(refusal(plan),
            "IRuntime::deserializeCudaEngine: Error Code 6: API Usage Error (The engine plan file "
            "is not compatible with this version of TensorRT, expecting library version 10.3.0 got "
            "10.0.1, please rebuild.)");
}

TEST_F(TrtRefusal, OfWhatIsNoPlanSaysSo) {
  const char* const magic =
      "IRuntime::deserializeCudaEngine: Error Code 1: Serialization (Serialization assertion "
      "magicTagRead == kMAGIC_TAG failed.Magic tag does not match)";
  EXPECT_EQ(refusal("this is no plan at all, however long it may be"), magic);
  EXPECT_EQ(refusal(""), magic);
}

TEST_F(TrtRefusal, OfADamagedPlanSaysSo) {
  std::string plan = build(DynamicBatch());
  EXPECT_NE(refusal(plan.substr(0, plan.size() - 1)).find("does not match archive size"),
            std::string::npos);
  plan[plan.size() / 2] ^= 1;
  EXPECT_NE(refusal(plan).find("Checksum does not match"), std::string::npos);
}

TEST_F(TrtRefusal, OfHostCodeEndsWhereItIsAllowed) {
  PlanRequest request = DynamicBatch();
  request.flags = {BuilderFlag::kVersionCompatible};
  const std::string plan = build(request);
  EXPECT_NE(refusal(plan).find("Cannot deserialize engine with lean runtime since "
                               "IRuntime::getEngineHostCodeAllowed() is false."),
            std::string::npos);
  const auto runtime = library().new_runtime();
  (*runtime)->setEngineHostCodeAllowed(true);
  EXPECT_NE(deserialize(*runtime, plan), nullptr);
}

TEST_F(TrtRefusal, OfAShapeOutsideOfTheProfileNamesItsRange) {
  const auto runtime = library().new_runtime();
  const auto engine = deserialize(*runtime, build(DynamicBatch()));
  const std::unique_ptr<trt::IExecutionContext> context(
      (*engine)->createExecutionContext(trt::ContextMemory::kStatic));
  {
    const TrtErrorScope errors;
    EXPECT_FALSE((*context)->setInputShape("image", ToDims({5, 3, 4, 6})));
    EXPECT_EQ(errors.text(),
              "IExecutionContext::setInputShape: Error Code 3: API Usage Error (Parameter check "
              "failed, condition: satisfyProfile. Set dimension [5,3,4,6] for tensor image does "
              "not satisfy any optimization profiles. Valid range for profile 0: "
              "[1,3,4,6]..[4,3,4,6].)");
  }
  const TrtErrorScope errors;
  EXPECT_FALSE((*context)->setInputShape("image", ToDims({1, 3, 4, 7})));
  EXPECT_NE(errors.text().find("Static dimension mismatch while setting input shape for image"),
            std::string::npos)
      << errors.text();
  const char* missing[2] = {};
  EXPECT_EQ((*context)->inferShapes(2, missing), 1);
  EXPECT_STREQ(missing[0], "image");
}

TEST_F(TrtRefusal, OfAnInferenceThatLacksSomethingSaysWhat) {
  const auto runtime = library().new_runtime();
  const auto engine = deserialize(*runtime, build(DynamicBatch()));
  const std::unique_ptr<trt::IExecutionContext> context(
      (*engine)->createExecutionContext(trt::ContextMemory::kUserManaged));
  const cuda::CUstream made = stream();
  const auto problem = [&] {
    const TrtErrorScope errors;
    EXPECT_FALSE((*context)->enqueueV3(made));
    return errors.text();
  };
  const auto lacks = [&](const std::string& part) {
    const std::string text = problem();
    EXPECT_NE(text.find(part), std::string::npos) << text;
  };
  lacks("Following input tensors' dimensions are not specified: image.");
  ASSERT_TRUE((*context)->setInputShape("image", ToDims({1, 3, 4, 6})));
  lacks("Address is not set for input tensor image.");
  const cuda::CUdeviceptr at = memory(4096);
  EXPECT_FALSE((*context)->setTensorAddress("image", reinterpret_cast<void*>(at + 4)));
  ASSERT_TRUE((*context)->setTensorAddress("image", reinterpret_cast<void*>(at)));
  lacks("Neither address or allocator is set for output tensor logits.");
  ASSERT_TRUE((*context)->setTensorAddress("logits", reinterpret_cast<void*>(at + 2048)));
  lacks("Device memory is not set");
  const int64_t size = (*engine)->getDeviceMemorySizeV2();
  const cuda::CUdeviceptr own = memory(static_cast<size_t>(size));
  (*context)->setDeviceMemoryV2(reinterpret_cast<void*>(own), size);
  EXPECT_TRUE((*context)->enqueueV3(made));
  EXPECT_EQ(api().StreamSynchronize.call(made), 0);
  EXPECT_EQ(api().MemFree.call(at), 0);
  EXPECT_EQ(api().MemFree.call(own), 0);
}

TEST_F(TrtRefusal, ToBuildSaysWhy) {
  PlanRequest without_profile;
  EXPECT_NE(build_failure(without_profile).find("no optimization profile has been defined"),
            std::string::npos);
  PlanRequest other_size;
  other_size.profiles = {{{{1, 3, 4, 8}, {1, 3, 4, 8}, {1, 3, 4, 8}}}};
  EXPECT_NE(build_failure(other_size).find("for dimension number 3 in profile 0 does not match"),
            std::string::npos);
  PlanRequest bf16 = DynamicBatch();
  bf16.flags = {BuilderFlag::kBf16};
  EXPECT_NE(build_failure(bf16).find("require hardware with BF16 support"), std::string::npos);
  PlanRequest int8 = DynamicBatch();
  int8.flags = {BuilderFlag::kInt8};
  EXPECT_NE(build_failure(int8).find("no scaling factors detected"), std::string::npos);
}

TEST_F(TrtRefusal, ToParseNamesTheNode) {
  set("UNSUPPORTED", "Conv");
  const auto builder = library().new_builder();
  const std::unique_ptr<trt::INetworkDefinition> network((*builder)->createNetworkV2(0));
  const auto parser = infer::OpenTrtParser(library()).new_parser(*network, library().log());
  EXPECT_FALSE(parser->supportsOperator("Conv"));
  EXPECT_TRUE(parser->supportsOperator("Relu"));
  const auto path = [](const char* name) { return infer::testing_support::NetworkPath(name); };
  EXPECT_FALSE(parser->parseFromFile(path("dynamic_batch").c_str(), 0));
  ASSERT_EQ(parser->getNbErrors(), 1);
  EXPECT_EQ(parser->getError(0)->code(), 8);
  EXPECT_STREQ(parser->getError(0)->nodeOperator(), "Conv");
  EXPECT_STREQ(parser->getError(0)->desc(), "No importer registered for op: Conv.");
  parser->clearErrors();
  EXPECT_FALSE(parser->parseFromFile(path("unknown_operator").c_str(), 0));
  EXPECT_FALSE(parser->parseFromFile(path("sequence_output").c_str(), 0));
  EXPECT_FALSE(parser->parseFromFile(path("absent").c_str(), 0));
  EXPECT_FALSE(parser->parse("no model", 8, nullptr));
  ASSERT_EQ(parser->getNbErrors(), 4);
  EXPECT_EQ(parser->getError(1)->code(), 11);
  EXPECT_EQ(parser->getError(3)->code(), 3);
}

TEST_F(TrtRefusal, OfOtherLoggersKeepsTheFirst) {
  const auto runtime = library().new_runtime();
  infer::TrtLog other;
  std::string error;
  void* const symbol =
      FindSymbol(OpenSharedLibrary(DEEPLAB_TRT_DOUBLE, &error), "createInferRuntime_INTERNAL");
  const auto create = reinterpret_cast<void* (*)(void*, int32_t)>(symbol);
  const std::unique_ptr<trt::IRuntime> second(
      static_cast<trt::IRuntime*>(create(static_cast<trt::ILogger*>(&other), 101401)));
  ASSERT_EQ(other.recent().size(), 1u);
  EXPECT_EQ(other.recent()[0].severity, trt::Severity::kWarning);
  EXPECT_EQ((*second)->getLogger(), static_cast<trt::ILogger*>(&library().log()));
  EXPECT_EQ(deserialize(*second, ""), nullptr);
  EXPECT_EQ(other.recent().size(), 1u);
  EXPECT_EQ(create(static_cast<trt::ILogger*>(&other), 80601), nullptr);
}

TEST_F(TrtRefusal, ComesWhenItIsAskedFor) {
  EXPECT_EQ(trt_control().fail("noSuchMethod", 1, nullptr), 0);
  EXPECT_EQ(trt_control().fail("createInferRuntime", 1, "out of everything"), 1);
  const Error error = infer::testing_support::ExpectError(ErrorCode::kBackendUnavailable,
                                                          [&] { library().new_runtime(); });
  EXPECT_NE(std::string(error.what()).find("out of everything"), std::string::npos);
  const auto runtime = library().new_runtime();
  const std::string plan = build(DynamicBatch());
  ASSERT_EQ(trt_control().fail("deserializeCudaEngine", 2, nullptr), 1);
  const auto engine = deserialize(*runtime, plan);
  EXPECT_NE(engine, nullptr);
  EXPECT_EQ(deserialize(*runtime, plan), nullptr);
  for (const char* method : {"createExecutionContext", "buildSerializedNetwork", "parseFromFile"}) {
    ASSERT_EQ(trt_control().fail(method, 1, nullptr), 1) << method;
  }
  EXPECT_EQ((*engine)->createExecutionContext(trt::ContextMemory::kStatic), nullptr);
  EXPECT_EQ(build(DynamicBatch()), "");  // the parser
  EXPECT_EQ(build(DynamicBatch()), "");  // the builder
  EXPECT_NE(build(DynamicBatch()), "");
  EXPECT_EQ(trt_control().calls("parseFromFile"), 4u);
}

TEST_F(TrtRefusal, OfMemoryIsTheDevices) {
  const auto runtime = library().new_runtime();
  const std::string plan = build(DynamicBatch());
  const auto engine = deserialize(*runtime, plan);
  ASSERT_EQ(control().fail("cuMemAlloc_v2", 1, cuda::CUDA_ERROR_OUT_OF_MEMORY), 1);
  const TrtErrorScope errors;
  EXPECT_EQ((*engine)->createExecutionContext(trt::ContextMemory::kStatic), nullptr);
  EXPECT_NE(errors.text().find("Requested amount of GPU memory ("), std::string::npos)
      << errors.text();
  ASSERT_EQ(control().fail("cuMemAlloc_v2", 1, cuda::CUDA_ERROR_OUT_OF_MEMORY), 1);
  EXPECT_EQ(deserialize(*runtime, plan), nullptr);
  ASSERT_EQ(control().fail("cuMemAlloc_v2", 2, cuda::CUDA_ERROR_OUT_OF_MEMORY), 1);
  EXPECT_EQ(build(DynamicBatch()), "");
}

TEST_F(TrtRefusal, OfALostDeviceNamesTheDriversError) {
  const auto runtime = library().new_runtime();
  const auto engine = deserialize(*runtime, build(DynamicBatch()));
  const std::unique_ptr<trt::IExecutionContext> context(
      (*engine)->createExecutionContext(trt::ContextMemory::kStatic));
  const cuda::CUdeviceptr at = memory(4096);
  ASSERT_TRUE((*context)->setInputShape("image", ToDims({1, 3, 4, 6})));
  ASSERT_TRUE((*context)->setTensorAddress("image", reinterpret_cast<void*>(at)));
  ASSERT_TRUE((*context)->setTensorAddress("logits", reinterpret_cast<void*>(at + 2048)));
  const cuda::CUstream made = stream();
  control().lose(0, cuda::CUDA_ERROR_ECC_UNCORRECTABLE);
  const TrtErrorScope errors;
  EXPECT_FALSE((*context)->enqueueV3(made));
  EXPECT_EQ(
      errors.text().find("IExecutionContext::enqueueV3: Error Code 1: Cuda Runtime (uncorrectable"),
      0u)
      << errors.text();
  ASSERT_EQ(control().reset(nullptr), 1);
}

TEST_F(TrtRefusal, OfAWrongAddressIsAFaultOfTheDevice) {
  const auto runtime = library().new_runtime();
  const auto engine = deserialize(*runtime, build(DynamicBatch()));
  const std::unique_ptr<trt::IExecutionContext> context(
      (*engine)->createExecutionContext(trt::ContextMemory::kStatic));
  const cuda::CUdeviceptr at = memory(512);  // the input has 288 bytes of 256 that are there
  ASSERT_TRUE((*context)->setInputShape("image", ToDims({1, 3, 4, 6})));
  ASSERT_TRUE((*context)->setTensorAddress("image", reinterpret_cast<void*>(at + 256)));
  ASSERT_TRUE((*context)->setTensorAddress("logits", reinterpret_cast<void*>(at)));
  const cuda::CUstream made = stream();
  ASSERT_TRUE((*context)->enqueueV3(made));
  EXPECT_EQ(api().StreamSynchronize.call(made), cuda::CUDA_ERROR_ILLEGAL_ADDRESS);
  ASSERT_EQ(control().reset(nullptr), 1);
}

TEST_F(TrtRefusal, IsNotNeededToFindWrongLifetimes) {
  auto runtime = library().new_runtime();
  auto engine = deserialize(*runtime, build(DynamicBatch()));
  std::unique_ptr<trt::IExecutionContext> context(
      (*engine)->createExecutionContext(trt::ContextMemory::kStatic));
  engine.reset();
  expect_misuse("an engine was destroyed before 1 object(s)");
  context.reset();
  engine = deserialize(*runtime, build(DynamicBatch()));
  runtime.reset();
  expect_misuse("a runtime was destroyed before 1 object(s)");
}

TEST_F(TrtRefusal, OfWorkWhoseContextIsGoneIsAFaultOfTheDevice) {
  const auto runtime = library().new_runtime();
  const auto engine = deserialize(*runtime, build(DynamicBatch()));
  std::unique_ptr<trt::IExecutionContext> context(
      (*engine)->createExecutionContext(trt::ContextMemory::kStatic));
  const cuda::CUdeviceptr at = memory(4096);
  const cuda::CUstream made = stream();
  ASSERT_TRUE((*context)->setInputShape("image", ToDims({1, 3, 4, 6})));
  ASSERT_TRUE((*context)->setTensorAddress("image", reinterpret_cast<void*>(at)));
  ASSERT_TRUE((*context)->setTensorAddress("logits", reinterpret_cast<void*>(at + 2048)));
  control().hold(1);
  ASSERT_TRUE((*context)->enqueueV3(made));
  context.reset();
  EXPECT_EQ(api().MemFree.call(at), 0);
  control().hold(0);
  EXPECT_EQ(api().StreamSynchronize.call(made), cuda::CUDA_ERROR_ILLEGAL_ADDRESS);
  expect_misuse("a stream ran the work of an execution context that was destroyed");
  ASSERT_EQ(control().reset(nullptr), 1);
}

}  // namespace
}  // namespace deeplab::test
