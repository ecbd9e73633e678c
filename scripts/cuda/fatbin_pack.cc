// Machine code and PTX of several architectures → one fatbin, by nvFatbin. The driver takes what
// fits the GPU.
//   fatbin_pack LIBNVFATBIN OUTPUT FILE…
// The files are named by what they are for: sm_75.cubin, compute_75.ptx. Uncompressed: an older
// driver may not know the compression of a newer nvFatbin.

#include <vector>

#include "vendor_library.h"

namespace {

using Fatbin = struct OpaqueFatbin*;

// Of nvFatbin's functions, those that are called here.
struct NvFatbin {
  int (*create)(Fatbin*, const char* const* options, size_t count);
  int (*destroy)(Fatbin*);
  int (*add_cubin)(Fatbin, const void* code, size_t size, const char* arch, const char* name);
  int (*add_ptx)(Fatbin, const char* code, size_t size, const char* arch, const char* name,
                 const char* options);
  int (*size)(Fatbin, size_t*);
  int (*get)(Fatbin, void*);
  const char* (*error_string)(int);

  explicit NvFatbin(const VendorLibrary& library) {
    library.find("nvFatbinCreate", &create);
    library.find("nvFatbinDestroy", &destroy);
    library.find("nvFatbinAddCubin", &add_cubin);
    library.find("nvFatbinAddPTX", &add_ptx);
    library.find("nvFatbinSize", &size);
    library.find("nvFatbinGet", &get);
    library.find("nvFatbinGetErrorString", &error_string);
  }

  void check(int result, const std::string& what) const {
    if (result != 0) Fail(what + ": " + error_string(result));
  }
};

// What a file is, told by its name.
struct Part {
  std::string path, arch;
  bool is_ptx;
};

Part PartOf(const std::string& path) {
  const size_t slash = path.rfind('/') + 1;  // 0 where there is none
  const size_t underscore = path.find('_', slash), dot = path.rfind('.');
  const std::string ending = dot < path.size() ? path.substr(dot) : "";
  if (underscore > dot || (ending != ".cubin" && ending != ".ptx")) {
    Fail("expected a name such as sm_75.cubin or compute_75.ptx, found " + path);
  }
  return {path, path.substr(underscore + 1, dot - underscore - 1), ending == ".ptx"};
}

void Add(const NvFatbin& library, Fatbin fatbin, const Part& part) {
  constexpr const char* kName = "deeplab";
  const std::string code = ReadFile(part.path);
  // PTX with its closing zero.
  const int result =
      part.is_ptx ? library.add_ptx(fatbin, code.c_str(), code.size() + 1, part.arch.c_str(), kName,
                                    nullptr)
                  : library.add_cubin(fatbin, code.data(), code.size(), part.arch.c_str(), kName);
  library.check(result, "nvFatbin does not take " + part.path);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) Fail("expected: fatbin_pack LIBNVFATBIN OUTPUT FILE…");
  const VendorLibrary file(argv[1]);
  const NvFatbin library(file);
  const char* const options[] = {"-64", "-host=linux", "-compress=false"};
  Fatbin fatbin = nullptr;
  library.check(library.create(&fatbin, options, 3), "nvFatbin does not begin");
  for (int i = 3; i < argc; ++i) Add(library, fatbin, PartOf(argv[i]));
  size_t size = 0;
  library.check(library.size(fatbin, &size), "nvFatbin gave no size");
  std::string bytes(size, '\0');
  library.check(library.get(fatbin, bytes.data()), "nvFatbin gave no output");
  WriteFile(argv[2], bytes);
  library.destroy(&fatbin);
}
