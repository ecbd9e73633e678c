// What both tools that make the CUDA kernels share: a compiler library of NVIDIA's, opened at run
// time, files, and the one way out when something is wrong. The build machine runs these tools;
// nothing of them is in the addon.
#pragma once

#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

// Says what is wrong and ends the program.
[[noreturn]] inline void Fail(const std::string& message) {
  std::fprintf(stderr, "%s\n", message.c_str());
  std::exit(1);
}

// A shared library that stays open until the program ends.
class VendorLibrary {
 public:
  explicit VendorLibrary(const char* path) : handle_(dlopen(path, RTLD_NOW | RTLD_LOCAL)) {
    if (handle_ == nullptr) Fail(std::string("cannot open ") + path + ": " + dlerror());
  }

  // Points `function` at the library's function of that name.
  template <typename Function>
  void find(const char* name, Function** function) const {
    *function = reinterpret_cast<Function*>(dlsym(handle_, name));
    if (*function == nullptr) Fail(std::string("the library lacks ") + name + ": " + dlerror());
  }

 private:
  void* handle_;
};

inline std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) Fail("cannot read " + path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline void WriteFile(const std::string& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file) Fail("cannot write " + path);
}
