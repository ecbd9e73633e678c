// The operating system's own spelling of a path: wchar_t on Windows, bytes elsewhere. Everything in
// this project carries paths as UTF-8; this is the only place that converts them.
#pragma once

#include <filesystem>
#include <string>

namespace deeplab {

using NativeChar = std::filesystem::path::value_type;  // inference libraries take paths as such
using NativeString = std::filesystem::path::string_type;

inline std::filesystem::path PathFromUtf8(const std::string& utf8) {
  return std::filesystem::u8path(utf8);
}

inline NativeString NativePath(const std::string& utf8) { return PathFromUtf8(utf8).native(); }

}  // namespace deeplab
