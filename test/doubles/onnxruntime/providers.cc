// Which providers there are and what they are told. As in ONNX Runtime, a list of strings replaces
// everything that was said before, the stream too, and the first of them loads the provider.
#include <cstdlib>
#include <cstring>
#include <set>

#include "gpu.h"
#include "table.h"

// What ONNX Runtime only declares.
namespace deeplab::infer {
struct OrtCUDAProviderOptionsV2 : deeplab::doubles::ort::ProviderOptions {};
struct OrtTensorRTProviderOptionsV2 : deeplab::doubles::ort::ProviderOptions {};
}  // namespace deeplab::infer

namespace deeplab::doubles::ort {
namespace {

const std::set<std::string>& KnownOptions(const std::string& provider) {
  static const std::set<std::string> cuda{"device_id",
                                          "has_user_compute_stream",
                                          "user_compute_stream",
                                          "gpu_mem_limit",
                                          "arena_extend_strategy",
                                          "cudnn_conv_algo_search",
                                          "cudnn_conv_use_max_workspace",
                                          "cudnn_conv1d_pad_to_nc1d",
                                          "do_copy_in_default_stream",
                                          "enable_cuda_graph",
                                          "tunable_op_enable",
                                          "tunable_op_tuning_enable",
                                          "tunable_op_max_tuning_duration_ms",
                                          "enable_skip_layer_norm_strict_mode",
                                          "prefer_nhwc",
                                          "use_tf32",
                                          "gpu_external_alloc",
                                          "gpu_external_free",
                                          "gpu_external_empty_cache"};
  static const std::set<std::string> tensorrt{"device_id",
                                              "has_user_compute_stream",
                                              "user_compute_stream",
                                              "trt_max_partition_iterations",
                                              "trt_min_subgraph_size",
                                              "trt_max_workspace_size",
                                              "trt_fp16_enable",
                                              "trt_int8_enable",
                                              "trt_dla_enable",
                                              "trt_dla_core",
                                              "trt_engine_cache_enable",
                                              "trt_engine_cache_path",
                                              "trt_engine_cache_prefix",
                                              "trt_timing_cache_enable",
                                              "trt_timing_cache_path",
                                              "trt_force_timing_cache",
                                              "trt_force_sequential_engine_build",
                                              "trt_context_memory_sharing_enable",
                                              "trt_layer_norm_fp32_fallback",
                                              "trt_build_heuristics_enable",
                                              "trt_builder_optimization_level",
                                              "trt_auxiliary_streams",
                                              "trt_tactic_sources",
                                              "trt_profile_min_shapes",
                                              "trt_profile_max_shapes",
                                              "trt_profile_opt_shapes",
                                              "trt_cuda_graph_enable"};
  return provider == "CUDA" ? cuda : tensorrt;
}

bool IsNumber(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

void CheckOption(const std::string& provider, const std::string& name, const std::string& value) {
  if (KnownOptions(provider).count(name) == 0) {
    throw Failure{kFail, "Unknown provider option: \"" + name + "\"."};
  }
  const bool wants_number = name == "device_id" || name == "gpu_mem_limit";
  if (!wants_number || IsNumber(value)) return;
  throw Failure{kFail, "Failed to parse provider option \"" + name +
                           "\": Failed to parse value: \"" + value + "\""};
}

void Update(ProviderOptions* options, const char* const* names, const char* const* values,
            size_t count) {
  options->values.clear();
  options->has_stream = false;
  options->stream = nullptr;
  for (size_t i = 0; i < count; ++i) {
    if (names[i] == nullptr || *names[i] == 0 || values[i] == nullptr || *values[i] == 0) {
      throw Failure{kInvalidArgument, "key/value cannot be empty"};
    }
    CheckOption(options->provider, names[i], values[i]);
    options->values.emplace_back(names[i], values[i]);
  }
}

void UpdateValue(ProviderOptions* options, const char* name, void* value) {
  if (std::strcmp(name, "user_compute_stream") != 0) return;
  options->has_stream = true;
  options->stream = value;
}

template <class T>
OrtStatus* Create(const char* function, const char* provider, T** out) {
  return Guarded([&] {
    Begin(function);
    *out = new T;
    (*out)->provider = provider;
    Count(&deeplab_double_ort_counters::provider_options);
  });
}

template <class T>
void Release(T* options) {
  if (options == nullptr) return;
  delete options;
  Count(&deeplab_double_ort_counters::provider_options, -1);
}

void Append(OrtSessionOptions* session, const ProviderOptions& options) {
  RequireDevice(std::atoi(options.value("device_id").c_str()));
  const Lock lock(TheState().mutex);
  TheState().session_options[session].push_back(options);
}

OrtStatus* GetAvailableProviders(char*** out, int* count) {
  return Guarded([&] {
    Begin("GetAvailableProviders");
    char** real = nullptr;
    int real_count = 0;
    Check(TheReal().api.GetAvailableProviders(&real, &real_count));
    std::vector<std::string> names;
    {
      const Lock lock(TheState().mutex);
      names = TheState().providers;
    }
    for (const std::string name : std::vector<const char*>(real, real + real_count)) {
      const bool is_ours = name == "CUDAExecutionProvider" || name == "TensorrtExecutionProvider";
      if (!is_ours) names.push_back(name);  // the real one may have been built with them too
    }
    Check(TheReal().api.ReleaseAvailableProviders(real, real_count));
    *count = static_cast<int>(names.size());
    *out = new char*[names.size()];
    for (size_t i = 0; i < names.size(); ++i) (*out)[i] = strdup(names[i].c_str());
  });
}

OrtStatus* ReleaseAvailableProviders(char** names, int count) {
  for (int i = 0; i < count; ++i) std::free(names[i]);
  delete[] names;
  return nullptr;
}

OrtStatus* CreateCUDAProviderOptions(OrtCUDAProviderOptionsV2** out) {
  return Create("CreateCUDAProviderOptions", "CUDA", out);
}
OrtStatus* UpdateCUDAProviderOptions(OrtCUDAProviderOptionsV2* options, const char* const* names,
                                     const char* const* values, size_t count) {
  return Guarded([&] {
    Begin("UpdateCUDAProviderOptions");
    Update(options, names, values, count);
  });
}
OrtStatus* UpdateCUDAProviderOptionsWithValue(OrtCUDAProviderOptionsV2* options, const char* name,
                                              void* value) {
  return Guarded([&] {
    Begin("UpdateCUDAProviderOptionsWithValue");
    UpdateValue(options, name, value);
  });
}
void ReleaseCUDAProviderOptions(OrtCUDAProviderOptionsV2* options) { Release(options); }
OrtStatus* SessionOptionsAppendExecutionProvider_CUDA_V2(OrtSessionOptions* session,
                                                         const OrtCUDAProviderOptionsV2* options) {
  return Guarded([&] {
    Begin("SessionOptionsAppendExecutionProvider_CUDA_V2");
    Append(session, *options);
  });
}

OrtStatus* CreateTensorRTProviderOptions(OrtTensorRTProviderOptionsV2** out) {
  return Create("CreateTensorRTProviderOptions", "TensorRT", out);
}
OrtStatus* UpdateTensorRTProviderOptions(OrtTensorRTProviderOptionsV2* options,
                                         const char* const* names, const char* const* values,
                                         size_t count) {
  return Guarded([&] {
    Begin("UpdateTensorRTProviderOptions");
    Update(options, names, values, count);
  });
}
OrtStatus* UpdateTensorRTProviderOptionsWithValue(OrtTensorRTProviderOptionsV2* options,
                                                  const char* name, void* value) {
  return Guarded([&] {
    Begin("UpdateTensorRTProviderOptionsWithValue");
    UpdateValue(options, name, value);
  });
}
void ReleaseTensorRTProviderOptions(OrtTensorRTProviderOptionsV2* options) { Release(options); }
OrtStatus* SessionOptionsAppendExecutionProvider_TensorRT_V2(
    OrtSessionOptions* session, const OrtTensorRTProviderOptionsV2* options) {
  return Guarded([&] {
    Begin("SessionOptionsAppendExecutionProvider_TensorRT_V2");
    Append(session, *options);
  });
}

}  // namespace

void ReplaceProviderFunctions(void** table) {
  DEEPLAB_DOUBLE_REPLACE(table, GetAvailableProviders);
  DEEPLAB_DOUBLE_REPLACE(table, ReleaseAvailableProviders);
  DEEPLAB_DOUBLE_REPLACE(table, CreateCUDAProviderOptions);
  DEEPLAB_DOUBLE_REPLACE(table, UpdateCUDAProviderOptions);
  DEEPLAB_DOUBLE_REPLACE(table, UpdateCUDAProviderOptionsWithValue);
  DEEPLAB_DOUBLE_REPLACE(table, ReleaseCUDAProviderOptions);
  DEEPLAB_DOUBLE_REPLACE(table, SessionOptionsAppendExecutionProvider_CUDA_V2);
  DEEPLAB_DOUBLE_REPLACE(table, CreateTensorRTProviderOptions);
  DEEPLAB_DOUBLE_REPLACE(table, UpdateTensorRTProviderOptions);
  DEEPLAB_DOUBLE_REPLACE(table, UpdateTensorRTProviderOptionsWithValue);
  DEEPLAB_DOUBLE_REPLACE(table, ReleaseTensorRTProviderOptions);
  DEEPLAB_DOUBLE_REPLACE(table, SessionOptionsAppendExecutionProvider_TensorRT_V2);
}

}  // namespace deeplab::doubles::ort
