// Builds: checks, phases with their memory, and the plan.
#include "build.h"

#include <algorithm>

#include "build_phases.h"
#include "log.h"

namespace deeplab::doubles::trt {
namespace {

constexpr const char* kMethod = "IBuilder::buildSerializedNetwork";

Rounding RoundingOf(const BuilderConfig& config) {
  if (config.getFlag(BuilderFlag::kFP16)) return Rounding::kHalf;
  return config.getFlag(BuilderFlag::kBF16) ? Rounding::kBfloat : Rounding::kNone;
}

// What each layer's tactics are kept under.
uint64_t LayerKey(const OnnxNode& node, const BuilderConfig& config) {
  const size_t precision = static_cast<size_t>(RoundingOf(config));
  return std::hash<std::string>()(node.operation + ":" + node.name) * 31 + precision;
}

bool IsDefect(BuildMode mode) {
  return mode == BuildMode::kRotate || mode == BuildMode::kNan || mode == BuildMode::kDrift;
}

std::vector<ShapeRange> RangesOf(const std::vector<Tensor>& tensors, const Profile* profile) {
  std::vector<ShapeRange> ranges;
  for (const Tensor& tensor : tensors) {
    if (!tensor.is_input) continue;
    const ShapeRange* const range = profile != nullptr ? profile->find(tensor.name) : nullptr;
    ranges.push_back(range != nullptr ? *range : ShapeRange{tensor.dims, tensor.dims, tensor.dims});
  }
  return ranges;
}

Plan PlanOf(const Network& network, const BuilderConfig& config, const Settings& settings) {
  Plan plan;
  int result = 0;
  CurrentCapability(&plan.capability, &result);  // IsBuildable made sure
  plan.version = settings.version;
  plan.ampere_plus =
      config.getHardwareCompatibilityLevel() == HardwareCompatibilityLevel::kAMPERE_PLUS;
  plan.host_code = config.getFlag(BuilderFlag::kVERSION_COMPATIBLE) &&
                   !config.getFlag(BuilderFlag::kEXCLUDE_LEAN_RUNTIME);
  plan.rounding = RoundingOf(config);
  plan.defect = IsDefect(settings.build) ? settings.build : BuildMode::kNormal;
  plan.name = network.getName();
  plan.tensors = network.tensors();
  // Without a profile there is one, of the fixed shapes.
  if (config.profiles().empty()) plan.profiles.push_back(RangesOf(plan.tensors, nullptr));
  for (const Profile* profile : config.profiles()) {
    plan.profiles.push_back(RangesOf(plan.tensors, profile));
  }
  plan.onnx = network.onnx();
  return plan;
}

// Measures the layers that the timing cache does not know. False: it ended here.
bool TimeLayers(const Network& network, const BuilderConfig& config, Progress* progress) {
  const std::vector<OnnxNode>& nodes = network.nodes();
  Progress::Phase phase(progress, "Timing graph nodes", static_cast<int32_t>(nodes.size()));
  ITimingCache const* const cache =
      config.getFlag(BuilderFlag::kDISABLE_TIMING_CACHE) ? nullptr : config.getTimingCache();
  const bool misses_are_errors = config.getFlag(BuilderFlag::kERROR_ON_TIMING_CACHE_MISS);
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (i == nodes.size() / 2 && !phase.go_wrong()) return false;
    const bool known =
        cache != nullptr && ImplementationOf(*cache).insert(LayerKey(nodes[i], config));
    Count(known ? &deeplab_double_trt_counters::timing_hits
                : &deeplab_double_trt_counters::timing_misses);
    if (!known && misses_are_errors) {
      LogError(
          kMethod, 10, "Internal Error",
          "Autotuner: no tactics to implement operation: timing cache miss for " + nodes[i].name);
      return false;
    }
    if (!phase.step(!known)) return false;
  }
  return true;
}

bool Optimize(const Network& network, const BuilderConfig& config, Progress* progress) {
  constexpr int32_t kCostSteps = 4;
  Progress::Phase subgraph(progress, "Building engine from subgraph", 2);
  {
    Progress::Phase costs(progress, "Computing profile costs", kCostSteps);
    for (int32_t i = 0; i < kCostSteps; ++i) {
      if (!costs.step(true)) return false;
    }
  }
  if (!subgraph.step(false) || !TimeLayers(network, config, progress)) return false;
  return subgraph.step(false);
}

// The memory that measuring takes: weights, and activations within the workspace's limit.
bool TakeMemory(const Network& network, const BuilderConfig& config, GpuMemory* weights,
                GpuMemory* workspace) {
  constexpr size_t kWorkspace = size_t{16} << 20;
  const size_t limit = config.getMemoryPoolLimit(MemoryPoolType::kWORKSPACE);
  return weights->allocate(kMethod, network.onnx().size()) &&
         workspace->allocate(kMethod, std::min(limit, kWorkspace));
}

bool RunPhases(const Network& network, const BuilderConfig& config, Progress* progress) {
  GpuMemory weights, workspace;
  if (!TakeMemory(network, config, &weights, &workspace)) return false;
  Progress::Phase whole(progress, "Building engine", 2);
  return Optimize(network, config, progress) && whole.step(false) && whole.step(true);
}

}  // namespace

std::string BuildPlan(const Network& network, const BuilderConfig& config) {
  if (!IsBuildable(network, config)) return "";
  const Settings settings = CurrentSettings();
  Progress progress(config.getProgressMonitor(), settings);
  if (RunPhases(network, config, &progress)) return WritePlan(PlanOf(network, config, settings));
  if (progress.cancelled()) {
    LogError(kMethod, 10, "Internal Error", "Build cancelled by the progress monitor");
  }
  return "";
}

}  // namespace deeplab::doubles::trt
