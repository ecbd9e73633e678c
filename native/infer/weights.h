// A model put together from pieces of its file, so that a cut model needs no second copy on disk.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace deeplab::infer {

// Bytes [start, end) of the weights file, or bytes of our own where `bytes` is not empty.
struct WeightsPart {
  uint64_t start = 0;
  uint64_t end = 0;
  std::vector<uint8_t> bytes;
};

// Reads the parts of the file, in order. Takes as long as reading the file. Throws
// Error{kPackageWeightsInvalid} where the file lacks them.
std::vector<uint8_t> ReadWeights(const std::string& path, const std::vector<WeightsPart>& parts);

// The whole file; throws the same.
std::vector<uint8_t> ReadWholeFile(const std::string& path);

}  // namespace deeplab::infer
