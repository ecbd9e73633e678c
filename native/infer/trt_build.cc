// What engine_build.h says, by TensorRT's parser and builder.
#include "infer/engine_build.h"

#include <algorithm>
#include <cctype>
#include <memory>
#include <utility>

#include "infer/trt_build_files.h"
#include "infer/trt_network.h"
#include "infer/trt_progress.h"
#include "infer/trt_target.h"
#include "infer/trt_timing_cache.h"

namespace deeplab::infer {
namespace {

// The first GPUs whose tensor cores know bfloat16.
constexpr int kBf16Capability = 8;

void RequirePrecision(EnginePrecision precision, const cuda::Device& device) {
  if (precision != EnginePrecision::kBf16 || device.traits().major >= kBf16Capability) return;
  const std::string found = device.traits().capability();
  throw Error(ErrorCode::kOptionInvalid,
              "bfloat16 needs a GPU of compute capability 8.0 (Ampere) or later, but " +
                  device.label() + " has " + found + ". Half precision (fp16) runs on it.",
              {{"option", "precision"}, {"expected", "fp32 or fp16"}, {"found", found}});
}

std::unique_ptr<trt::IBuilderConfig> MakeConfig(const trt::IBuilder& builder,
                                                const EngineBuildRequest& request) {
  std::unique_ptr<trt::IBuilderConfig> config(builder->createBuilderConfig());
  if (config == nullptr) {
    throw Error(ErrorCode::kEngineBuildFailed, "TensorRT could not make a builder's settings.");
  }
  // What is not set here stays as TensorRT has it: TF32 is on, as in the reference's engines.
  if (request.precision == EnginePrecision::kFp16) (*config)->setFlag(trt::BuilderFlag::kFp16);
  if (request.precision == EnginePrecision::kBf16) (*config)->setFlag(trt::BuilderFlag::kBf16);
  // Allows what the model itself says; without a calibrator nothing else becomes int8.
  if (request.is_quantized) (*config)->setFlag(trt::BuilderFlag::kInt8);
  if (request.workspace > 0) {
    (*config)->setMemoryPoolLimit(trt::MemoryPoolType::kWorkspace,
                                  static_cast<size_t>(request.workspace));
  }
  return config;
}

bool SpeaksOfMemory(const std::vector<std::string>& lines) {
  return std::any_of(lines.begin(), lines.end(), [](std::string line) {
    std::transform(line.begin(), line.end(), line.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return line.find("memory") != std::string::npos || line.find("workspace") != std::string::npos;
  });
}

std::string Megabytes(uint64_t bytes) { return std::to_string(bytes >> 20) + " MiB"; }

// What there was of the GPU's memory; empty where the GPU does not answer any more.
std::string DescribeMemory(const EngineBuildRequest& request, const cuda::Device& device) {
  try {
    const cuda::Device::Memory memory = device.memory();
    return (request.workspace > 0 ? "at most " + Megabytes(request.workspace) + " of workspace"
                                  : "as much workspace as there is") +
           " was asked for, a batch of up to " + std::to_string(request.batch[2]) + ", and " +
           Megabytes(memory.free) + " of " + Megabytes(memory.total) + " are free";
  } catch (const Error&) {
    return "";
  }
}

[[noreturn]] void FailBuild(const EngineBuildRequest& request, const TrtTarget& target,
                            const TrtBuildLog& log) {
  const std::vector<std::string> errors = log.errors();
  const EngineTargetFacts facts = target.facts();
  std::string text = "TensorRT " + facts.library_version + " could not build an engine for " +
                     target.device->label() + ": ";
  text += errors.empty() ? "it logged no error" : errors.front();
  if (errors.size() > 1) text += " … " + errors.back();
  ErrorDetail detail{{"tensorrt", facts.library_version}, {"gpu", facts.gpu}};
  for (size_t i = 0; i < errors.size(); ++i) {
    detail.emplace_back("error " + std::to_string(i + 1), errors[i]);
  }
  const std::string memory = DescribeMemory(request, *target.device);
  if (!memory.empty()) detail.emplace_back("memory", memory);
  if (!memory.empty() && SpeaksOfMemory(errors)) text += " (" + memory + ")";
  throw Error(ErrorCode::kEngineBuildFailed, text, detail);
}

void RequireWanted(const EngineBuildListener& listener) {
  if (listener.is_cancelled()) throw Error(ErrorCode::kAborted, "The build was cancelled.");
}

std::vector<int64_t> Vector(const trt::Dims& dims) {
  return {dims.size, dims.size + std::max(dims.rank, 0)};
}

}  // namespace

EngineBuildFacts BuildEngine(const EngineBuildRequest& request, EngineBuildListener& listener) {
  const TrtTarget target = OpenTrtTarget(request.candidates, request.device);
  const cuda::Current current(*target.device);
  RequirePrecision(request.precision, *target.device);
  TrtBuildLog log(target.library->log(), listener);
  const std::unique_ptr<trt::IBuilder> builder = target.library->new_builder();
  const TrtNetwork network = ReadTrtNetwork(*target.library, *builder, request);
  RequireWanted(listener);

  EngineBuildFacts facts{target.facts(), Vector(network.input()->getDimensions()),
                         Vector(network.output()->getDimensions()), 0, ""};
  TrtProgress progress(listener);
  const std::unique_ptr<trt::IBuilderConfig> config = MakeConfig(*builder, request);
  TrtTimingCache timing(*config, request.timing_cache_path, log);
  AddProfile(*builder, *config, network, request);
  (*config)->setProgressMonitor(&progress);
  const std::unique_ptr<trt::IHostMemory> plan(
      (*builder)->buildSerializedNetwork(*network.definition, *config));
  RequireWanted(listener);
  if (plan == nullptr || (*plan)->size() == 0) FailBuild(request, target, log);

  WriteFileWhole(request.plan_path, (*plan)->data(), (*plan)->size());
  facts.plan_size = (*plan)->size();
  timing.save(*config);
  facts.timing_cache = timing.summary();
  return facts;
}

}  // namespace deeplab::infer
