// A model put together from pieces of its file.

#include "infer/weights.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "core/error.h"

namespace deeplab::infer {
namespace {

class Weights : public ::testing::Test {
 protected:
  void SetUp() override { std::ofstream(path_, std::ios::binary) << "0123456789"; }
  void TearDown() override { std::filesystem::remove(path_); }

  std::string read(const std::vector<WeightsPart>& parts) const {
    const std::vector<uint8_t> bytes = ReadWeights(path_, parts);
    return {bytes.begin(), bytes.end()};
  }

  const std::string path_ =
      (std::filesystem::temp_directory_path() /
       ("deeplab-weights-" + std::to_string(getpid()) +
        std::string(::testing::UnitTest::GetInstance()->current_test_info()->name())))
          .u8string();
};

TEST_F(Weights, AreThePartsInOrderWithWhatIsPutBetweenThem) {
  EXPECT_EQ(read({{0, 3, {}}, {0, 0, {'a', 'b'}}, {7, 10, {}}}), "012ab789");
  EXPECT_EQ(read({{5, 6, {}}}), "5");
}

TEST_F(Weights, OfAFileThatHasBecomeShorterAreRefused) { EXPECT_THROW(read({{0, 11, {}}}), Error); }

TEST_F(Weights, OfAFileThatIsGoneAreRefused) {
  std::filesystem::remove(path_);
  EXPECT_THROW(read({{0, 1, {}}}), Error);
}

}  // namespace
}  // namespace deeplab::infer
