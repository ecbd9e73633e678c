// The files of a build: read whole, and written under another name first.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace deeplab::infer {

// Empty where there is no such file. Throws Error{kEngineBuildFailed} where it cannot be read.
std::vector<uint8_t> ReadFileIfThere(const std::string& path);

// After this the file is there and whole; where it throws, it is as before. Throws
// Error{kEngineBuildFailed}.
void WriteFileWhole(const std::string& path, const void* bytes, size_t size);

}  // namespace deeplab::infer
