// TensorRT's version numbers: reading them, and which of them this project runs on.
#pragma once

#include <cstdint>
#include <string>

namespace deeplab::infer {

// Within a major version, releases only add to the interface; this is the first whose declarations
// we have all of (JetPack 6.1's).
constexpr int kTrtMajor = 10;
constexpr int kTrtMinMinor = 3;

struct TrtVersion {
  int major = 0;
  int minor = 0;
  int patch = 0;
};

// Of getInferLibVersion(): 101401 is 10.14.1; up to TensorRT 9, 8601 was 8.6.1.
TrtVersion DecodeTrtVersion(int32_t number);

std::string VersionText(const TrtVersion& version);

// Why a library of this version cannot be used, and what to do; empty when it can.
std::string VersionProblem(const TrtVersion& version);

}  // namespace deeplab::infer
