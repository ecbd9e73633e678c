// ONNX Runtime reads a list of strings as a whole: an option that is not in it gets its default
// back, the stream too. So there is one list for each provider, and the stream comes after it.
#include "infer/ort_provider_options.h"

#include <algorithm>
#include <cstdlib>
#include <utility>
#include <vector>

#include "infer/ort_status.h"

namespace deeplab::infer {
namespace {

constexpr const char* kStreamOption = "user_compute_stream";
constexpr const char* kLimitOption = "gpu_mem_limit";
constexpr const char* kTensorRtPrefix = "trt_";

using Options = std::vector<std::pair<std::string, std::string>>;

// A provider's functions in the C interface.
template <class T>
struct Provider {
  const char* name;
  OrtStatus*(DEEPLAB_ORT_CALL* create)(T**);
  OrtStatus*(DEEPLAB_ORT_CALL* update)(T*, const char* const*, const char* const*, size_t);
  OrtStatus*(DEEPLAB_ORT_CALL* update_value)(T*, const char*, void*);
  OrtStatus*(DEEPLAB_ORT_CALL* append)(OrtSessionOptions*, const T*);
  void(DEEPLAB_ORT_CALL* release)(T*);
};

Provider<OrtCUDAProviderOptionsV2> CudaOf(const OrtApi& api) {
  return {"CUDA",
          api.CreateCUDAProviderOptions,
          api.UpdateCUDAProviderOptions,
          api.UpdateCUDAProviderOptionsWithValue,
          api.SessionOptionsAppendExecutionProvider_CUDA_V2,
          api.ReleaseCUDAProviderOptions};
}

Provider<OrtTensorRTProviderOptionsV2> TensorRtOf(const OrtApi& api) {
  return {"TensorRT",
          api.CreateTensorRTProviderOptions,
          api.UpdateTensorRTProviderOptions,
          api.UpdateTensorRTProviderOptionsWithValue,
          api.SessionOptionsAppendExecutionProvider_TensorRT_V2,
          api.ReleaseTensorRTProviderOptions};
}

void Set(Options* options, const std::string& name, const std::string& value) {
  const auto known = std::find_if(options->begin(), options->end(),
                                  [&](const auto& option) { return option.first == name; });
  known != options->end() ? void(known->second = value) : void(options->emplace_back(name, value));
}

bool IsTensorRtOption(const std::string& name) { return name.rfind(kTensorRtPrefix, 0) == 0; }

// Our kernels run before and behind the session, on a stream and a device of ours; and a CUDA graph
// would go on using the memory of the slot that it was recorded with.
void CheckFree(const OpenRequest& request) {
  for (const auto& [name, value] : request.provider_options) {
    for (const char* ours : {"device_id", "has_user_compute_stream", kStreamOption,
                             "enable_cuda_graph", "trt_cuda_graph_enable"}) {
      if (name != ours) continue;
      throw Error(ErrorCode::kOptionInvalid,
                  "The provider option \"" + name +
                      "\" is set by deeplab-rt itself: leave it out (the device is the option "
                      "device).",
                  {{"option", name}, {"found", value}});
    }
  }
}

Options CudaOptions(const OpenRequest& request, OrtProvider provider,
                    const OrtProviderSettings& settings) {
  Options options{{"device_id", std::to_string(settings.device)},
                  {"do_copy_in_default_stream", "1"}};  // in the order of our stream
  if (settings.memory_limit > 0) {
    Set(&options, kLimitOption, std::to_string(settings.memory_limit));
  }
  for (const auto& [name, value] : request.provider_options) {
    if (provider == OrtProvider::kCuda || !IsTensorRtOption(name)) Set(&options, name, value);
  }
  return options;
}

Options TensorRtOptions(const OpenRequest& request, const OrtProviderSettings& settings) {
  Options options{{"device_id", std::to_string(settings.device)}};
  if (!settings.engine_folder.empty()) {
    Set(&options, "trt_engine_cache_enable", "1");
    Set(&options, "trt_engine_cache_path", settings.engine_folder);
    Set(&options, "trt_timing_cache_enable", "1");
    Set(&options, "trt_timing_cache_path", settings.timing_folder);
  }
  for (const auto& [name, value] : request.provider_options) {
    if (IsTensorRtOption(name)) Set(&options, name, value);
  }
  return options;
}

template <class T>
OrtOwned<T> Create(const OrtApi& api, const Provider<T>& provider) {
  T* created = nullptr;
  CheckOrt(api, provider.create(&created), ErrorCode::kBackendUnavailable,
           "make options of its provider");
  return {created, provider.release};
}

// Loads the provider's library; null when all went well.
template <class T>
OrtStatus* Update(const Provider<T>& provider, T* target, const Options& options) {
  std::vector<const char*> names, values;
  for (const auto& [name, value] : options) {
    names.push_back(name.c_str());
    values.push_back(value.c_str());
  }
  return provider.update(target, names.data(), values.data(), names.size());
}

[[noreturn]] void FailToLoad(const char* name, const std::string& message) {
  throw Error(ErrorCode::kBackendUnavailable,
              std::string("ONNX Runtime cannot load its ") + name + " provider: " + message,
              {{"onnxruntime", message}});
}

// Throws unless the library can be loaded: only then is another failure the options' fault.
template <class T>
void CheckLoads(const OrtApi& api, const Provider<T>& provider, const Options& options) {
  const OrtOwned<T> probe = Create(api, provider);
  OrtStatus* const status = Update(provider, probe.get(), {options.front()});
  if (status != nullptr) FailToLoad(provider.name, TakeMessage(api, status));
}

template <class T>
void Append(const OrtApi& api, const Provider<T>& provider, const Options& options, void* stream,
            OrtSessionOptions* session) {
  CheckLoads(api, provider, options);
  const OrtOwned<T> target = Create(api, provider);
  if (OrtStatus* const status = Update(provider, target.get(), options)) {
    const std::string message = TakeMessage(api, status);
    throw Error(ErrorCode::kOptionInvalid,
                std::string("ONNX Runtime's ") + provider.name +
                    " provider does not take its options: " + message,
                {{"onnxruntime", message}});
  }
  CheckOrt(api, provider.update_value(target.get(), kStreamOption, stream),
           ErrorCode::kBackendFailed, "take our stream");
  if (OrtStatus* const status = provider.append(session, target.get())) {
    FailToLoad(provider.name, TakeMessage(api, status));
  }
}

}  // namespace

size_t OrtMemoryLimitOf(const OpenRequest& request) {
  for (const auto& [name, value] : request.provider_options) {
    if (name != kLimitOption) continue;
    const bool is_number = !value.empty() && value.size() < 19 &&
                           value.find_first_not_of("0123456789") == std::string::npos;
    if (is_number) return static_cast<size_t>(std::strtoull(value.c_str(), nullptr, 10));
    throw Error(
        ErrorCode::kOptionInvalid,
        "The provider option \"gpu_mem_limit\" is a number of bytes, not \"" + value + "\".",
        {{"option", name}, {"found", value}});
  }
  return 0;
}

void AppendOrtProviders(const OrtLibrary& library, OrtSessionOptions* target, OrtProvider provider,
                        const OpenRequest& request, const OrtProviderSettings& settings) {
  CheckFree(request);
  const OrtApi& api = library.api();
  if (provider == OrtProvider::kTensorRt) {
    Append(api, TensorRtOf(api), TensorRtOptions(request, settings), settings.stream, target);
  }
  Append(api, CudaOf(api), CudaOptions(request, provider, settings), settings.stream, target);
}

std::string CudaProviderFailure(const OrtLibrary& library) {
  library.environment();  // loading writes to the log
  try {
    CheckLoads(library.api(), CudaOf(library.api()), {{"device_id", "0"}});
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

}  // namespace deeplab::infer
