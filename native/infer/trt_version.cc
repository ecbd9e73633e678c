#include "infer/trt_version.h"

namespace deeplab::infer {
namespace {

std::string Remedy(const TrtVersion& version) {
  if (version.major == 8) {
    return "JetPack 6.0 comes with TensorRT 8.6: update to JetPack 6.1 or later; elsewhere install "
           "TensorRT 10";
  }
  if (version.major == kTrtMajor) return "update TensorRT (on a Jetson: JetPack 6.1 or later)";
  return "install TensorRT 10, which may lie beside it";
}

}  // namespace

TrtVersion DecodeTrtVersion(int32_t number) {
  const int of_major = number < 10000 ? 1000 : 10000;
  return {number / of_major, number % of_major / 100, number % 100};
}

std::string VersionText(const TrtVersion& version) {
  return std::to_string(version.major) + "." + std::to_string(version.minor) + "." +
         std::to_string(version.patch);
}

std::string VersionProblem(const TrtVersion& version) {
  if (version.major == kTrtMajor && version.minor >= kTrtMinMinor) return "";
  return "it is TensorRT " + VersionText(version) + "; expected " + std::to_string(kTrtMajor) +
         "." + std::to_string(kTrtMinMinor) + " or a later " + std::to_string(kTrtMajor) +
         ".x: " + Remedy(version);
}

}  // namespace deeplab::infer
