#include "infer/ort_provider.h"

#include <algorithm>

#include "cuda/driver.h"
#include "infer/device_choice.h"
#include "infer/ort_provider_options.h"
#include "infer/ort_status.h"

namespace deeplab::infer {
namespace {

constexpr const char* kCudaProvider = "CUDAExecutionProvider";
constexpr const char* kTensorRtProvider = "TensorrtExecutionProvider";
constexpr const char* kAllowed = "auto, cpu, cuda, tensorrt";

using Names = std::vector<std::string>;

// What the library was built with; that a provider can be loaded is not yet said.
Names OfferedBy(const OrtLibrary& library) {
  const OrtApi& api = library.api();
  char** names = nullptr;
  int count = 0;
  CheckOrt(api, api.GetAvailableProviders(&names, &count), ErrorCode::kBackendFailed,
           "list its execution providers");
  const Names offered(names, names + count);
  CheckOrt(api, api.ReleaseAvailableProviders(names, count), ErrorCode::kInternal, "free a list");
  return offered;
}

bool Offers(const Names& offered, const char* name) {
  return std::find(offered.begin(), offered.end(), name) != offered.end();
}

// TensorRT leaves to CUDA what it cannot do.
bool Offers(const Names& offered, OrtProvider provider) {
  const bool has_cuda = Offers(offered, kCudaProvider);
  return provider == OrtProvider::kCuda ? has_cuda : has_cuda && Offers(offered, kTensorRtProvider);
}

std::string Join(const Names& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

void CheckName(const OpenRequest& request) {
  for (const char* allowed : {"auto", "cpu", "cuda", "tensorrt"}) {
    if (request.provider == allowed) return;
  }
  throw Error(ErrorCode::kOptionInvalid,
              "ONNX Runtime's execution provider \"" + request.provider +
                  "\" is not one that can be asked for: pass one of " + kAllowed + ".",
              {{"found", request.provider}, {"allowed", kAllowed}});
}

[[noreturn]] void RefuseContradiction(const OpenRequest& request) {
  throw Error(ErrorCode::kOptionInvalid,
              "The execution provider \"" + request.provider + "\" does not run on the device \"" +
                  request.device + "\": leave one of them \"auto\".",
              {{"provider", request.provider}, {"device", request.device}});
}

[[noreturn]] void RefuseOptionsOfCpu(const OpenRequest& request) {
  throw Error(ErrorCode::kOptionInvalid,
              "Options of an execution provider were given, but ONNX Runtime's CPU provider has "
              "none: leave providerOptions out.",
              {{"option", request.provider_options.front().first}, {"device", request.device}});
}

[[noreturn]] void RefuseMissing(const OrtLibrary& library, const OpenRequest& request,
                                OrtProvider provider, const Names& offered) {
  const bool by_name = request.provider == NameOf(provider);
  const std::string asked = by_name ? "The execution provider \"" + request.provider + "\""
                                    : "The device \"" + request.device + "\"";
  throw Error(by_name ? ErrorCode::kBackendUnavailable : ErrorCode::kDeviceUnavailable,
              asked + " cannot be used: ONNX Runtime " + library.version_text() + " (" +
                  library.path() + ") was built with " + Join(offered) +
                  " only. Use a build of it for GPUs, or pass device: \"cpu\" or \"auto\".",
              {{"found", by_name ? request.provider : request.device},
               {"providers", Join(offered)},
               {"library", library.path()},
               {"backend", kOrtLibraryName}});
}

// Why not CUDA, or empty.
std::string Obstacle(const OrtLibrary& library, const OpenRequest& request, const Names& offered) {
  if (!Offers(offered, OrtProvider::kCuda)) {
    return "this ONNX Runtime was built with " + Join(offered) + " only";
  }
  const cuda::DriverSearch driver = cuda::FindDriver(request.candidates);
  if (driver.library == nullptr) return cuda::DescribeFailure(driver);
  const std::string failure = CudaProviderFailure(library);
  return failure.empty() ? "" : "its CUDA provider cannot be loaded: " + failure;
}

OrtChoice OnCpu(const std::string& why) { return {OrtProvider::kCpu, {}, "on the CPU: " + why}; }

OrtChoice OnDevices(OrtProvider provider, const OpenRequest& request, const char* why) {
  OrtChoice choice{provider, OpenDevices(request, "this execution provider"), ""};
  choice.reason = std::string("on ") + NamesOf(choice.devices) + " by " +
                  (provider == OrtProvider::kCuda ? kCudaProvider : kTensorRtProvider) + ": " + why;
  return choice;
}

}  // namespace

const char* NameOf(OrtProvider provider) noexcept {
  switch (provider) {
    case OrtProvider::kCuda:
      return "cuda";
    case OrtProvider::kTensorRt:
      return "tensorrt";
    default:
      return "cpu";
  }
}

OrtChoice ChooseOrtProvider(const OrtLibrary& library, const OpenRequest& request) {
  CheckName(request);
  const bool is_auto = request.provider == "auto";
  const bool wants_cpu = request.device == "cpu" || request.provider == "cpu";
  const bool wants_gpu = (request.device != "cpu" && request.device != "auto") ||
                         (request.provider != "cpu" && !is_auto);
  if (wants_cpu && wants_gpu) RefuseContradiction(request);
  if (wants_cpu && !request.provider_options.empty()) RefuseOptionsOfCpu(request);
  if (wants_cpu) return OnCpu("as was asked for");
  const Names offered = OfferedBy(library);
  if (!wants_gpu) {
    const std::string obstacle = Obstacle(library, request, offered);
    if (!obstacle.empty()) return OnCpu(obstacle);
    return OnDevices(OrtProvider::kCuda, request, "it can be used here");
  }
  const auto provider = is_auto || request.provider == NameOf(OrtProvider::kCuda)
                            ? OrtProvider::kCuda
                            : OrtProvider::kTensorRt;
  if (!Offers(offered, provider)) RefuseMissing(library, request, provider, offered);
  return OnDevices(provider, request, "as was asked for");
}

}  // namespace deeplab::infer
