// Makes an engine.plan of the double from an ONNX file, for tests that start with one:
//   deeplab_make_plan <network.onnx> <engine.plan> [options]
// Options with their defaults where they have any:
//   --onnxruntime FILE   else DEEPLAB_DOUBLE_TRT_ONNXRUNTIME
//   --device T4          which GPU it is built for (the kinds of the driver's double)
//   --version 10.14.1    which TensorRT builds it
//   --min 1 --opt 1 --max 1      its batches, where the network's is dynamic
//   --min-size HxW --size HxW --max-size HxW   its sizes likewise; --size stands for the others
//   --fp16  --bf16  --int8       precision of the layers
//   --half-io            float16 input and output
//   --host-code          a version compatible plan, which brings code of its own
//   --build rotate       how it is built (BUILD of control.h): an engine that is wrong
#include <NvOnnxParser.h>
#include <dlfcn.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "../cuda/control.h"
#include "control.h"
#include "cuda/driver_api.h"

namespace {

using nvinfer1::Dims;

struct Options {
  std::vector<std::string> files;
  std::map<std::string, std::string> values;

  bool has(const std::string& name) const { return values.count(name) != 0; }
  std::string get(const std::string& name, const std::string& otherwise) const {
    return has(name) ? values.at(name) : otherwise;
  }
};

Options ReadOptions(int count, char** arguments) {
  const std::vector<std::string> flags = {"fp16", "bf16", "int8", "half-io", "host-code"};
  Options options;
  for (int i = 1; i < count; ++i) {
    const std::string argument = arguments[i];
    if (argument.rfind("--", 0) != 0) {
      options.files.push_back(argument);
      continue;
    }
    const std::string name = argument.substr(2);
    const bool is_flag = std::find(flags.begin(), flags.end(), name) != flags.end();
    if (!is_flag && i + 1 == count) throw std::runtime_error(argument + " needs a value");
    options.values[name] = is_flag ? "" : arguments[++i];
  }
  if (options.files.size() != 2) throw std::runtime_error("expected <network.onnx> <engine.plan>");
  return options;
}

class Logger final : public nvinfer1::ILogger {
 public:
  void log(Severity severity, const char* text) noexcept override {
    if (severity <= Severity::kERROR) std::fprintf(stderr, "%s\n", text);
  }
};

template <typename Function>
Function* Symbol(void* library, const char* name) {
  void* const symbol = dlsym(library, name);
  if (symbol == nullptr) throw std::runtime_error(std::string("no ") + name);
  return reinterpret_cast<Function*>(symbol);
}

// Makes the device's context current on this thread, for good.
void UseDevice(const std::string& kind) {
  using namespace deeplab::cuda;
  void* const library = dlopen(DEEPLAB_CUDA_DOUBLE, RTLD_NOW);
  if (library == nullptr) throw std::runtime_error(dlerror());
  if (!Symbol<decltype(deeplab_double_cuda_reset)>(library,
                                                   "deeplab_double_cuda_reset")(kind.c_str())) {
    throw std::runtime_error("no such device: " + kind);
  }
  CUcontext context = nullptr;
  Symbol<CUresult(unsigned)>(library, "cuInit")(0);
  Symbol<CUresult(CUcontext*, CUdevice)>(library, "cuDevicePrimaryCtxRetain")(&context, 0);
  Symbol<CUresult(CUcontext)>(library, "cuCtxPushCurrent_v2")(context);
}

void SetUp(const Options& options) {
  UseDevice(options.get("device", "T4"));
  const std::map<std::string, std::string> settings = {
      {"onnxruntime", "ONNXRUNTIME"}, {"version", "VERSION"}, {"build", "BUILD"}};
  for (const auto& [option, setting] : settings) {
    if (!options.has(option)) continue;
    if (deeplab_double_trt_set(setting.c_str(), options.values.at(option).c_str())) continue;
    throw std::runtime_error("--" + option + " " + options.values.at(option) + " means nothing");
  }
}

void ReadSize(const std::string& text, int64_t* height, int64_t* width) {
  long long h = 0, w = 0;
  if (std::sscanf(text.c_str(), "%lldx%lld", &h, &w) != 2) {
    throw std::runtime_error("the network's size is open: expected --size 512x512, found \"" +
                             text + "\"");
  }
  *height = h;
  *width = w;
}

// The input's shape with what it leaves open filled in.
Dims Filled(const Options& options, const Dims& declared, const std::string& batch,
            const std::string& size) {
  Dims dims = declared;
  if (dims.d[0] < 0) dims.d[0] = std::stoll(options.get(batch, "1"));
  if (dims.nbDims != 4) return dims;
  if (dims.d[1] < 0) dims.d[1] = 3;
  if (dims.d[2] >= 0 && dims.d[3] >= 0) return dims;
  int64_t height = 0, width = 0;
  ReadSize(options.get(size, options.get("size", "")), &height, &width);
  if (dims.d[2] < 0) dims.d[2] = height;
  if (dims.d[3] < 0) dims.d[3] = width;
  return dims;
}

void AddProfile(const Options& options, nvinfer1::IBuilder& builder,
                const nvinfer1::INetworkDefinition& network, nvinfer1::IBuilderConfig* config) {
  using nvinfer1::OptProfileSelector;
  nvinfer1::IOptimizationProfile* const profile = builder.createOptimizationProfile();
  for (int32_t i = 0; i < network.getNbInputs(); ++i) {
    const nvinfer1::ITensor& input = *network.getInput(i);
    const auto set = [&](OptProfileSelector selector, const char* batch, const char* size) {
      profile->setDimensions(input.getName(), selector,
                             Filled(options, input.getDimensions(), batch, size));
    };
    set(OptProfileSelector::kMIN, "min", "min-size");
    set(OptProfileSelector::kOPT, "opt", "size");
    set(OptProfileSelector::kMAX, "max", "max-size");
  }
  config->addOptimizationProfile(profile);
}

void SetFlags(const Options& options, nvinfer1::IBuilderConfig* config) {
  using nvinfer1::BuilderFlag;
  if (options.has("fp16")) config->setFlag(BuilderFlag::kFP16);
  if (options.has("bf16")) config->setFlag(BuilderFlag::kBF16);
  if (options.has("int8")) config->setFlag(BuilderFlag::kINT8);
  if (options.has("host-code")) config->setFlag(BuilderFlag::kVERSION_COMPATIBLE);
}

void MakePlan(const Options& options) {
  static Logger logger;
  const std::unique_ptr<nvinfer1::IBuilder> builder(nvinfer1::createInferBuilder(logger));
  if (builder == nullptr) throw std::runtime_error("there is no builder");
  const std::unique_ptr<nvinfer1::INetworkDefinition> network(builder->createNetworkV2(0));
  const std::unique_ptr<nvonnxparser::IParser> parser(nvonnxparser::createParser(*network, logger));
  if (!parser->parseFromFile(options.files[0].c_str(), 0)) {
    throw std::runtime_error(options.files[0] + " was not parsed");
  }
  if (options.has("half-io")) {
    network->getInput(0)->setType(nvinfer1::DataType::kHALF);
    network->getOutput(0)->setType(nvinfer1::DataType::kHALF);
  }
  const std::unique_ptr<nvinfer1::IBuilderConfig> config(builder->createBuilderConfig());
  SetFlags(options, config.get());
  AddProfile(options, *builder, *network, config.get());
  const std::unique_ptr<nvinfer1::IHostMemory> plan(
      builder->buildSerializedNetwork(*network, *config));
  if (plan == nullptr) throw std::runtime_error("the engine was not built");
  std::ofstream file(options.files[1], std::ios::binary);
  file.write(static_cast<const char*>(plan->data()), static_cast<std::streamsize>(plan->size()));
  file.close();
  if (!file) throw std::runtime_error("cannot write " + options.files[1]);
}

}  // namespace

int main(int count, char** arguments) {
  try {
    const Options options = ReadOptions(count, arguments);
    SetUp(options);
    MakePlan(options);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "deeplab_make_plan: %s\n", error.what());
    return 1;
  }
}
