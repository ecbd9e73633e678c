// Before the first test: the environment of the library under test. ONNX Runtime 1.30 leaks 14
// bytes in each CreateEnv, which is not ours to mend; everything after it is checked for leaks.
#include <gtest/gtest.h>

#include "leak_check.h"
#include "ort_test_support.h"

namespace deeplab::infer {
namespace {

class OrtUnderTest : public ::testing::Environment {
  void SetUp() override {
    const LeakCheckOff leak_check_off;
    ASSERT_NE(testing_support::LibraryUnderTest().environment(), nullptr);
  }
};

const auto* const g_environment = ::testing::AddGlobalTestEnvironment(new OrtUnderTest);

}  // namespace
}  // namespace deeplab::infer
