// The CUDA kernels inside the library are, byte for byte, the fatbin that was made of their
// sources.
#include "cuda/kernel_image.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>

namespace {

using deeplab::cuda::EmbeddedKernels;
using deeplab::cuda::KernelImage;

// Empty where the build was told to have none.
const std::string kFatbin = DEEPLAB_CUDA_FATBIN;

std::string FileBytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

TEST(KernelImage, HoldsTheFatbinOfTheBuild) {
  const KernelImage image = EmbeddedKernels();
  const std::string expected = kFatbin.empty() ? "" : FileBytes(kFatbin);
  ASSERT_EQ(image.size, expected.size());
  EXPECT_EQ(kFatbin.empty(), image.size == 0);
  EXPECT_EQ(kFatbin.empty(), image.data == nullptr);
  EXPECT_EQ(std::string(static_cast<const char*>(image.data), image.size), expected);
}

TEST(KernelImage, IsAlignedForTheDriver) {
  EXPECT_EQ(reinterpret_cast<uintptr_t>(EmbeddedKernels().data) % 16, 0u);
}

// What the driver reads first: a mark, the header's size, and how much follows it.
TEST(KernelImage, IsOneWholeFatbin) {
  const KernelImage image = EmbeddedKernels();
  if (kFatbin.empty()) return;
  struct Header {
    uint32_t mark;
    uint16_t version, header_bytes;
    uint64_t following_bytes;
  } header;
  ASSERT_GE(image.size, sizeof header);
  std::memcpy(&header, image.data, sizeof header);
  EXPECT_EQ(header.mark, 0xba55ed50u);
  EXPECT_EQ(header.header_bytes + header.following_bytes, image.size);
}

}  // namespace
