// Opens a library as the product does, and tells what came of it, a line each: its version and
// place, then what making a runtime led to, then what it logged.
#include <cstdio>

#include "infer/trt_library.h"

using deeplab::infer::TrtLibrary;

namespace {

void MakeRuntime(const TrtLibrary& library) {
  try {
    const auto runtime = library.new_runtime();
    (*runtime)->setMaxThreads(3);
    std::printf("runtime with %d threads, host code %s\n", (*runtime)->getMaxThreads(),
                (*runtime)->getEngineHostCodeAllowed() ? "allowed" : "refused");
    const char junk[256] = "no plan";
    std::printf("junk is %s engine\n",
                (*runtime)->deserializeCudaEngine(junk, sizeof junk) == nullptr ? "no" : "an");
  } catch (const deeplab::Error& error) {
    std::printf("%s\n", error.what());
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) return 2;
  const auto search = deeplab::infer::FindTrtLibrary({{"tensorrt", "test", arguments[1]}});
  if (search.library == nullptr) {
    std::printf("%s\n", DescribeFailure(search).c_str());
    return 0;
  }
  const TrtLibrary& library = *search.library;
  std::printf("%s %s\n", library.version_text().c_str(), library.can_build() ? "full" : "lean");
  MakeRuntime(library);
  for (const auto& line : library.log().recent()) {
    std::printf("log %d %s\n", static_cast<int>(line.severity), line.text.c_str());
  }
  return 0;
}
