#include "infer/weights.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "core/error.h"
#include "core/native_path.h"

namespace deeplab::infer {
namespace {

[[noreturn]] void Refuse(const std::string& path, const std::string& why) {
  throw Error(ErrorCode::kPackageWeightsInvalid, "The weights file could not be read: " + why + ".",
              {{"path", path}});
}

uint64_t LengthOf(const WeightsPart& part) {
  return part.bytes.empty() ? part.end - part.start : part.bytes.size();
}

}  // namespace

std::vector<uint8_t> ReadWeights(const std::string& path, const std::vector<WeightsPart>& parts) {
  std::ifstream file(PathFromUtf8(path), std::ios::binary | std::ios::ate);
  if (!file) Refuse(path, "it cannot be opened");
  const auto file_size = static_cast<uint64_t>(file.tellg());
  uint64_t size = 0;
  for (const WeightsPart& part : parts) {
    if (part.end > file_size) Refuse(path, "it has become shorter");
    size += LengthOf(part);
  }
  std::vector<uint8_t> model(size);
  uint8_t* target = model.data();
  for (const WeightsPart& part : parts) {
    if (part.bytes.empty()) {
      file.seekg(static_cast<std::streamoff>(part.start));
      file.read(reinterpret_cast<char*>(target), static_cast<std::streamsize>(LengthOf(part)));
      if (!file) Refuse(path, "reading failed");
    } else {
      std::copy(part.bytes.begin(), part.bytes.end(), target);
    }
    target += LengthOf(part);
  }
  return model;
}

std::vector<uint8_t> ReadWholeFile(const std::string& path) {
  std::error_code failure;
  const uint64_t size = std::filesystem::file_size(PathFromUtf8(path), failure);
  if (failure) Refuse(path, failure.message());
  return ReadWeights(path, {{0, size, {}}});
}

}  // namespace deeplab::infer
