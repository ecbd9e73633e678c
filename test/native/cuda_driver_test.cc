// Finding the CUDA driver where there is none: every place says why it was refused.
#include "cuda/driver.h"

#include <gtest/gtest.h>

namespace deeplab::cuda {
namespace {

TEST(CudaDriverSearch, SaysOfEveryPlaceWhyItWasRefused) {
  const DriverSearch search = FindDriver({{"cuda", "absent", "/nowhere/libcuda.so.1"},
                                          {"cuda", "other", "libm.so.6"},
                                          {"cuda", "relative", "lib/libcuda.so.1"},
                                          {"cuda", "empty", ""}});
  EXPECT_EQ(search.library, nullptr);
  ASSERT_EQ(search.refused.size(), 4u);
  const char* const expected[] = {"No such file", "it has no cuInit", "relative path", "is empty"};
  for (size_t i = 0; i < 4; ++i) {
    const std::string& reason = search.refused[i].second;
    EXPECT_NE(reason.find(expected[i]), std::string::npos) << reason;
    EXPECT_NE(DescribeFailure(search).find(reason), std::string::npos);
  }
}

TEST(CudaDriverSearch, IgnoresCandidatesForOtherLibraries) {
  const DriverSearch search = FindDriver({{"another", "test", "libm.so.6"}});
  EXPECT_EQ(search.library, nullptr);
  EXPECT_TRUE(search.refused.empty());
  EXPECT_NE(DescribeFailure(search).find("no place to look"), std::string::npos);
}

TEST(CudaVersion, IsShownAsNvidiaWritesIt) {
  EXPECT_EQ(VersionText(12000), "12.0");
  EXPECT_EQ(VersionText(12060), "12.6");
  EXPECT_EQ(VersionText(13010), "13.1");
}

}  // namespace
}  // namespace deeplab::cuda
