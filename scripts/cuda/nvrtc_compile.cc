// CUDA C++ → machine code and PTX, by NVRTC, which is a library and needs neither an SDK nor a GPU.
//   nvrtc_compile LIBNVRTC SOURCE FOLDER TARGET… -- OPTION…
// A target sm_75 becomes FOLDER/sm_75.cubin, a target compute_75 FOLDER/compute_75.ptx. All that
// the compiler says goes to stderr. Its versions are pinned, so a warning is a mistake of the
// source: it fails too.

#include <algorithm>
#include <cstring>
#include <vector>

#include "vendor_library.h"

namespace {

using Program = struct OpaqueProgram*;

// Of NVRTC's functions, those that are called here.
struct Nvrtc {
  int (*create)(Program*, const char* source, const char* name, int, const char* const*,
                const char* const*);
  int (*compile)(Program, int count, const char* const* options);
  int (*destroy)(Program*);
  int (*log_size)(Program, size_t*);
  int (*log)(Program, char*);
  int (*cubin_size)(Program, size_t*);
  int (*cubin)(Program, char*);
  int (*ptx_size)(Program, size_t*);
  int (*ptx)(Program, char*);
  const char* (*error_string)(int);

  explicit Nvrtc(const VendorLibrary& library) {
    library.find("nvrtcCreateProgram", &create);
    library.find("nvrtcCompileProgram", &compile);
    library.find("nvrtcDestroyProgram", &destroy);
    library.find("nvrtcGetProgramLogSize", &log_size);
    library.find("nvrtcGetProgramLog", &log);
    library.find("nvrtcGetCUBINSize", &cubin_size);
    library.find("nvrtcGetCUBIN", &cubin);
    library.find("nvrtcGetPTXSize", &ptx_size);
    library.find("nvrtcGetPTX", &ptx);
    library.find("nvrtcGetErrorString", &error_string);
  }

  void check(int result, const std::string& what) const {
    if (result != 0) Fail(what + ": " + error_string(result));
  }

  // A text or binary of the program: its size first, then its bytes.
  std::string fetch(Program program, int (*size)(Program, size_t*),
                    int (*get)(Program, char*)) const {
    size_t bytes = 0;
    check(size(program, &bytes), "NVRTC gave no size");
    std::string text(bytes, '\0');
    check(get(program, text.data()), "NVRTC gave no output");
    return text;
  }
};

bool IsMachineCode(const std::string& target) { return target.rfind("sm_", 0) == 0; }

// The log ends in a zero, and is nothing but that where the compiler is silent.
bool IsSilent(const std::string& log) {
  return std::all_of(log.begin(), log.end(), [](char c) { return c == '\0' || c == '\n'; });
}

void Compile(const Nvrtc& nvrtc, const std::string& source, const std::string& folder,
             const std::string& target, std::vector<std::string> options) {
  options.push_back("--gpu-architecture=" + target);
  std::vector<const char*> pointers;
  for (const std::string& option : options) pointers.push_back(option.c_str());
  Program program = nullptr;
  // The name is in messages only, and the same on every machine.
  nvrtc.check(nvrtc.create(&program, source.c_str(), "kernels.cu", 0, nullptr, nullptr),
              "NVRTC made no program");
  const int result = nvrtc.compile(program, static_cast<int>(pointers.size()), pointers.data());
  const std::string log = nvrtc.fetch(program, nvrtc.log_size, nvrtc.log);
  if (!IsSilent(log)) std::fprintf(stderr, "%s\n", log.c_str());
  nvrtc.check(result, "kernels.cu for " + target);
  if (!IsSilent(log)) Fail("kernels.cu for " + target + ": the compiler has something to say");
  const bool binary = IsMachineCode(target);
  std::string code = binary ? nvrtc.fetch(program, nvrtc.cubin_size, nvrtc.cubin)
                            : nvrtc.fetch(program, nvrtc.ptx_size, nvrtc.ptx);
  if (!binary)
    code.resize(std::strlen(code.c_str()));  // its closing zero is the container's to add
  WriteFile(folder + "/" + target + (binary ? ".cubin" : ".ptx"), code);
  nvrtc.destroy(&program);
}

}  // namespace

int main(int argc, char** argv) {
  const auto middle = std::find_if(argv, argv + argc,
                                   [](const char* word) { return std::strcmp(word, "--") == 0; });
  if (middle - argv < 5 || middle == argv + argc) {
    Fail("expected: nvrtc_compile LIBNVRTC SOURCE FOLDER TARGET… -- OPTION…");
  }
  const VendorLibrary library(argv[1]);
  const Nvrtc nvrtc(library);
  const std::string source = ReadFile(argv[2]);
  const std::vector<std::string> options(middle + 1, argv + argc);
  for (char** target = argv + 4; target != middle; ++target) {
    Compile(nvrtc, source, argv[3], *target, options);
  }
}
