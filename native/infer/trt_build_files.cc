#include "infer/trt_build_files.h"

#include <filesystem>
#include <fstream>
#include <random>
#include <system_error>

#include "core/error.h"
#include "core/native_path.h"

namespace deeplab::infer {
namespace {

[[noreturn]] void Fail(const std::string& path, const std::string& what) {
  throw Error(ErrorCode::kEngineBuildFailed, path + " " + what + ".", {{"path", path}});
}

// Two builds may write one timing cache at the same time.
std::string TemporaryName(const std::string& path) {
  std::random_device random;
  return path + "." + std::to_string(random()) + ".tmp";
}

void WriteTo(const std::filesystem::path& file, const void* bytes, size_t size,
             const std::string& path) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  if (!out) Fail(path, "cannot be written: no file can be made beside it");
  out.write(static_cast<const char*>(bytes), static_cast<std::streamsize>(size));
  out.close();
  if (!out) Fail(path, "cannot be written: the disk may be full");
}

}  // namespace

std::vector<uint8_t> ReadFileIfThere(const std::string& path) {
  const std::filesystem::path place = PathFromUtf8(path);
  std::error_code failed;
  if (!std::filesystem::exists(place, failed)) return {};
  // Not by seeking to its end: a folder can be opened too, and says nonsense.
  const auto size = std::filesystem::file_size(place, failed);
  if (failed) Fail(path, "is no file: " + failed.message());
  std::ifstream file(place, std::ios::binary);
  std::vector<uint8_t> bytes(static_cast<size_t>(size));
  file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size));
  if (!file) Fail(path, "cannot be read");
  return bytes;
}

void WriteFileWhole(const std::string& path, const void* bytes, size_t size) {
  const std::filesystem::path temporary = PathFromUtf8(TemporaryName(path));
  std::error_code failed;
  try {
    WriteTo(temporary, bytes, size, path);
    std::filesystem::rename(temporary, PathFromUtf8(path), failed);
    if (failed) Fail(path, "cannot be put in place: " + failed.message());
  } catch (...) {
    std::filesystem::remove(temporary, failed);
    throw;
  }
}

}  // namespace deeplab::infer
