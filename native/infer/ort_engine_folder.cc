#include "infer/ort_engine_folder.h"

#include <cstdio>
#include <filesystem>

#include "core/fingerprint.h"
#include "core/native_path.h"

namespace deeplab::infer {
namespace {

namespace fs = std::filesystem;

std::string KeyOf(const OrtLibrary& library, const OpenRequest& request,
                  const cuda::Device& device) {
  std::error_code ignored;
  std::string text = fs::weakly_canonical(PathFromUtf8(request.weights_path), ignored).u8string();
  const uint64_t bytes = Fingerprint(request.weights_bytes, request.weights_size);
  for (const std::string& part :
       {request.weights_fingerprint, std::to_string(bytes), library.version_text(),
        device.traits().name, cuda::VersionText(device.driver().version),
        std::to_string(request.session.graph_optimization)}) {
    text += '\n' + part;
  }
  for (const auto& [name, value] : request.provider_options) text += '\n' + name + '=' + value;
  char hex[17];
  std::snprintf(hex, sizeof hex, "%016llx",
                static_cast<unsigned long long>(
                    Fingerprint(reinterpret_cast<const uint8_t*>(text.data()), text.size())));
  return hex;
}

}  // namespace

std::string MakeOrtEngineFolder(const OrtLibrary& library, const OpenRequest& request,
                                const cuda::Device& device) {
  if (request.engine_cache_folder.empty()) return "";
  const fs::path folder =
      PathFromUtf8(request.engine_cache_folder) / KeyOf(library, request, device);
  std::error_code failure;
  fs::create_directories(folder, failure);
  if (!failure) fs::permissions(folder, fs::perms::owner_all, failure);
  if (!failure) return folder.u8string();
  throw Error(ErrorCode::kBackendFailed,
              "The folder for TensorRT's engines, " + folder.u8string() + ", cannot be made: " +
                  failure.message() + ". Make it writable, or let the cache lie elsewhere.",
              {{"path", folder.u8string()}, {"reason", failure.message()}});
}

}  // namespace deeplab::infer
