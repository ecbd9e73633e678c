// Finds out whether a model has external data, and passes its folder on.
#include "infer/ort_external_data.h"

#include <algorithm>
#include <functional>

#include "core/native_path.h"
#include "infer/ort_options.h"

namespace deeplab::infer {

// External data is a list of key and value pairs in which the key "location" must be. Serialized,
// that key is always field 1 (0x0A) with length 8; random weights hold these ten bytes by chance
// once in 2^80.
bool HasExternalData(const uint8_t* model, size_t size) {
  static const uint8_t kKey[] = {0x0A, 8, 'l', 'o', 'c', 'a', 't', 'i', 'o', 'n'};
  const std::boyer_moore_horspool_searcher searcher(std::begin(kKey), std::end(kKey));
  return std::search(model, model + size, searcher) != model + size;
}

void PrepareExternalData(const OrtLibrary& library, const OpenRequest& request,
                         OrtSessionOptions* options) {
  if (!HasExternalData(request.weights_bytes, request.weights_size)) return;
  if (library.version().minor < kOrtMinMinorForExternalDataOfBytes) {
    throw Error(ErrorCode::kBackendUnavailable,
                "ONNX Runtime " + library.version_text() +
                    " cannot load a model from memory whose weights lie in files beside it; use "
                    "version 1.21 or later, or give the model as a file.",
                {{"library", library.path()},
                 {"found", library.version_text()},
                 {"expected", "1.21 or a later 1.x"},
                 {"path", request.weights_path}});
  }
  const std::filesystem::path folder = PathFromUtf8(request.weights_path).parent_path();
  SetExternalDataFolder(library, options, folder.u8string());
}

}  // namespace deeplab::infer
