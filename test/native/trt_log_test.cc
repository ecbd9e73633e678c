// TensorRT's log lines: what is kept, and who catches an error.
#include "infer/trt_log.h"

#include <gtest/gtest.h>

#include <thread>

namespace deeplab::infer {
namespace {

using trt::Severity;

TEST(TrtLogRing, KeepsWarningsAndErrorsUpToALimitAndDropsTheRest) {
  TrtLog log;
  log.log(Severity::kVerbose, "a detail");
  log.log(Severity::kInfo, "an information");
  log.log(Severity::kWarning, "a warning");
  log.log(Severity::kInternalError, "an internal error");
  log.log(Severity::kWarning, nullptr);
  ASSERT_EQ(log.recent().size(), 3u);
  EXPECT_EQ(log.recent()[0].text, "a warning");
  EXPECT_EQ(log.recent()[1].severity, Severity::kInternalError);
  EXPECT_EQ(log.recent()[2].text, "");
  EXPECT_EQ(log.last_error(), "an internal error");
  const std::string long_text(5000, 'x');
  for (int i = 0; i < 100; ++i) log.log(Severity::kWarning, long_text.c_str());
  EXPECT_EQ(log.recent().size(), TrtLog::kMaxLines);
  EXPECT_EQ(log.recent().back().text.size(), TrtLog::kMaxTextLength);
  EXPECT_EQ(log.last_error(), "an internal error");
}

TEST(TrtErrors, AreCaughtByTheirFirstLineAndCounted) {
  TrtLog log;
  const TrtErrorScope errors;
  log.log(Severity::kWarning, "a warning");
  EXPECT_FALSE(errors.any());
  EXPECT_EQ(errors.text(), "");
  log.log(Severity::kError, "the cause");
  EXPECT_EQ(errors.text(), "the cause");
  log.log(Severity::kError, "what came of it");
  log.log(Severity::kInternalError, "and of that");
  EXPECT_TRUE(errors.any());
  EXPECT_EQ(errors.text(), "the cause (and 2 more)");
  EXPECT_EQ(log.last_error(), "and of that");
}

TEST(TrtErrors, WithoutATextAreErrorsAllTheSame) {
  TrtLog log;
  const TrtErrorScope errors;
  log.log(Severity::kError, nullptr);
  EXPECT_TRUE(errors.any());
  EXPECT_EQ(errors.text(), "an error without a text");
}

TEST(TrtErrors, OfAnotherThreadAreNotThisOnes) {
  TrtLog log;
  const TrtErrorScope errors;
  std::thread([&log] {
    const TrtErrorScope own;
    log.log(Severity::kError, "of another call");
    EXPECT_EQ(own.text(), "of another call");
  }).join();
  EXPECT_FALSE(errors.any());
  EXPECT_EQ(log.last_error(), "of another call");
}

TEST(TrtErrors, GoToTheInnermostScope) {
  TrtLog log;
  const TrtErrorScope outer;
  {
    const TrtErrorScope inner;
    log.log(Severity::kError, "within");
    EXPECT_EQ(inner.text(), "within");
  }
  EXPECT_FALSE(outer.any());
  log.log(Severity::kError, "after");
  EXPECT_EQ(outer.text(), "after");
}

}  // namespace
}  // namespace deeplab::infer
