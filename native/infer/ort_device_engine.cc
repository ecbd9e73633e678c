#include "infer/ort_device_engine.h"

#include <regex>
#include <utility>

#include "infer/ort_engine_folder.h"
#include "infer/ort_options.h"
#include "infer/ort_provider_options.h"

namespace deeplab::infer {
namespace {

// ONNX Runtime's name of a GPU's memory.
constexpr const char* kPlace = "Cuda";

// Of a limit on the model's memory, what ONNX Runtime's arena may take: weights and activations are
// most of it. The rest is for the pixels, the maps and the network's ends. 0: no limit.
size_t LibraryLimit(const OpenRequest& request) {
  const size_t asked = OrtMemoryLimitOf(request);
  const size_t limit = request.device_options.memory_limit;
  if (asked > 0 || limit == cuda::DeviceMemory::kUnlimited) return asked;
  return limit - limit / 4;
}

std::unique_ptr<cuda::DeviceMemory::Share> ShareOf(
    const std::shared_ptr<cuda::DeviceMemory>& memory, size_t bytes) {
  if (bytes == 0 || memory->stats().limit == cuda::DeviceMemory::kUnlimited) return nullptr;
  return std::make_unique<cuda::DeviceMemory::Share>(memory, bytes,
                                                     "ONNX Runtime's part (gpu_mem_limit)");
}

OrtModel Load(const OrtLibrary& library, const OpenRequest& request, OrtProvider provider,
              const cuda::Stream& stream, size_t memory_limit) {
  const cuda::Device& device = *stream.device();
  const cuda::Current current(device);
  OrtProviderSettings settings;
  settings.device = device.ordinal();
  settings.stream = stream.handle();
  settings.memory_limit = memory_limit;
  if (provider == OrtProvider::kTensorRt) {
    settings.engine_folder = MakeOrtEngineFolder(library, request, device);
    settings.timing_folder = request.engine_cache_folder;
  }
  library.environment();  // loading a provider writes to the log
  const OrtOwned<OrtSessionOptions> options = BuildOrtOptions(library, request.session);
  AppendOrtProviders(library, options.get(), provider, request, settings);
  try {
    return LoadOrtModel(library, request, options.get());
  } catch (const Error& error) {
    ExplainOnDevice(stream, error.what());
    throw;
  }
}

OrtOwned<OrtMemoryInfo> PlaceOn(const OrtApi& api, int device) {
  OrtMemoryInfo* created = nullptr;
  CheckOrt(api,
           api.CreateMemoryInfo(kPlace, kOrtDeviceAllocator, device, kOrtMemoryDefault, &created),
           ErrorCode::kBackendFailed, "describe the GPU's memory");
  return {created, api.ReleaseMemoryInfo};
}

// Runs that only queue: who wants the logits follows on the stream or waits for an event of it.
OrtOwned<OrtRunOptions> QueueingRuns(const OrtApi& api) {
  OrtRunOptions* created = nullptr;
  CheckOrt(api, api.CreateRunOptions(&created), ErrorCode::kBackendFailed, "make run options");
  OrtOwned<OrtRunOptions> options(created, api.ReleaseRunOptions);
  CheckOrt(api, api.AddRunConfigEntry(created, "disable_synchronize_execution_providers", "1"),
           ErrorCode::kBackendFailed, "take the run options");
  return options;
}

// What was asked for, as ONNX Runtime's two allocators say it; 0 where they do not.
size_t AskedBytes(const std::string& message) {
  static const std::regex asked("(?:requested buffer of size|requested bytes of) ([0-9]{1,18})");
  std::smatch match;
  return std::regex_search(message, match, asked) ? std::stoull(match[1]) : 0;
}

// The words of its arenas and of CUDA. A library of CUDA's that cannot be set up says that it could
// not allocate for many a reason.
bool SaysOutOfMemory(const std::string& message) {
  return message.find("Failed to allocate memory for requested buffer") != std::string::npos ||
         message.find("out of memory") != std::string::npos;
}

// Its arena on the GPU is full before the GPU is.
bool SaysLimit(const std::string& message) {
  return message.find("is smaller than requested bytes of") != std::string::npos;
}

}  // namespace

void ExplainOnDevice(const cuda::Stream& stream, const std::string& message) {
  stream.is_idle();  // throws where the device is lost
  const cuda::Device& device = *stream.device();
  const size_t asked = AskedBytes(message);
  if (SaysLimit(message)) {
    throw Error(
        ErrorCode::kDeviceOutOfMemory,
        "ONNX Runtime's part of " + device.label() +
            " (gpu_mem_limit, three quarters of deviceMemoryLimit) is too small: raise the "
            "limit, or use smaller batches. It says: " +
            message,
        {{"device", device.label()}, {"asked", std::to_string(asked)}, {"onnxruntime", message}});
  }
  if (!SaysOutOfMemory(message)) return;
  throw cuda::DeviceFull(device, "ONNX Runtime", asked,
                         "if that is enough, it was the host's memory that did not suffice. It "
                         "says: " +
                             message,
                         {{"onnxruntime", message}});
}

OrtDeviceEngine::OrtDeviceEngine(const OrtLibrary& library, const OpenRequest& request,
                                 OrtProvider provider, std::shared_ptr<cuda::Device> device)
    : library_(library),
      memory_(std::make_shared<cuda::DeviceMemory>(device, request.device_options.memory_limit)),
      library_limit_(LibraryLimit(request)),
      share_(ShareOf(memory_, library_limit_)),
      stream_(std::make_shared<cuda::Stream>(device)),
      place_(PlaceOn(library.api(), device->ordinal())),
      run_options_(QueueingRuns(library.api())),
      model_(Load(library, request, provider, *stream_, library_limit_)) {}

OrtDeviceEngine::~OrtDeviceEngine() {
  const cuda::Device& device = *memory_->device();
  const cuda::Current current(device.driver(), device.context());
  try {
    stream_->synchronize();  // a run that was refused afterwards may still be on its way
  } catch (const Error&) {
    // A lost device has nothing on its way.
  }
  model_.session.reset();
}

}  // namespace deeplab::infer
