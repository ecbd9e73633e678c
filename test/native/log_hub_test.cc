// Log lines on their way from libraries to who listens.
#include "core/log_hub.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

#include "infer/ort_log.h"
#include "infer/trt_log.h"

namespace deeplab {
namespace {

struct Heard {
  explicit Heard(LogLevel least)
      : id(LogHub::Instance().add(least, [this](const LogLine& line) { lines.push_back(line); })) {}
  ~Heard() { LogHub::Instance().remove(id); }

  std::vector<LogLine> lines;
  uint64_t id;
};

TEST(LogHub, TellsEachListenerWhatItWantsAndNobodyAfterItHasGone) {
  LogHub& hub = LogHub::Instance();
  EXPECT_FALSE(hub.wanted(LogLevel::kFatal));
  {
    Heard all(LogLevel::kVerbose);
    Heard errors(LogLevel::kError);
    EXPECT_TRUE(hub.wanted(LogLevel::kVerbose));
    hub.tell(LogLevel::kVerbose, "onnxruntime", "file.cc:1", "a detail");
    hub.tell(LogLevel::kError, "tensorrt", nullptr, "an error");
    ASSERT_EQ(all.lines.size(), 2u);
    EXPECT_EQ(all.lines[0].text, "file.cc:1 a detail");
    EXPECT_GT(all.lines[0].time, 1.6e12);
    ASSERT_EQ(errors.lines.size(), 1u);
    EXPECT_STREQ(errors.lines[0].source, "tensorrt");
    EXPECT_EQ(errors.lines[0].text, "an error");
    hub.set_least(all.id, LogLevel::kFatal);
    EXPECT_FALSE(hub.wanted(LogLevel::kWarning));
    EXPECT_TRUE(hub.wanted(LogLevel::kError));
  }
  EXPECT_FALSE(hub.wanted(LogLevel::kFatal));
}

TEST(LogHub, CutsLongLinesAndSurvivesListenersThatThrow) {
  LogHub& hub = LogHub::Instance();
  const uint64_t id =
      hub.add(LogLevel::kInfo, [](const LogLine&) { throw std::runtime_error("its own affair"); });
  hub.tell(LogLevel::kInfo, "onnxruntime", nullptr, "not lost for the library");
  hub.remove(id);
  Heard heard(LogLevel::kInfo);
  hub.tell(LogLevel::kInfo, "onnxruntime", nullptr, std::string(5000, 'x').c_str());
  hub.tell(LogLevel::kInfo, "onnxruntime", nullptr, nullptr);
  ASSERT_EQ(heard.lines.size(), 2u);
  EXPECT_EQ(heard.lines[0].text.size(), LogHub::kMaxTextLength);
  EXPECT_EQ(heard.lines[1].text, "");
}

TEST(LogHub, HearsOfLibrariesInItsOwnLevels) {
  Heard heard(LogLevel::kVerbose);
  infer::OrtLog ort;
  for (const int32_t severity : {0, 1, 2, 3, 4, 9, -1}) {
    infer::OrtLog::Receive(&ort, severity, "", "", "", "a line");
  }
  infer::TrtLog trt;
  using infer::trt::Severity;
  for (const Severity severity : {Severity::kInternalError, Severity::kError, Severity::kWarning,
                                  Severity::kInfo, Severity::kVerbose}) {
    trt.log(severity, "a line");
  }
  std::vector<int> levels;
  for (const LogLine& line : heard.lines) levels.push_back(static_cast<int>(line.level));
  EXPECT_EQ(levels, (std::vector<int>{0, 1, 2, 3, 4, 4, 0, 4, 3, 2, 1, 0}));
  EXPECT_STREQ(heard.lines[0].source, "onnxruntime");
  EXPECT_STREQ(heard.lines[7].source, "tensorrt");
}

TEST(LogHub, IsToldByManyThreadsWhileListenersComeAndGo) {
  std::atomic<bool> stop{false};
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&stop] {
      while (!stop) LogHub::Instance().tell(LogLevel::kWarning, "onnxruntime", "at", "a line");
    });
  }
  size_t most = 0;
  for (int round = 0; round < 200; ++round) {
    Heard heard(LogLevel::kWarning);
    std::this_thread::yield();
    LogHub::Instance().set_least(heard.id, LogLevel::kInfo);
    LogHub::Instance().remove(heard.id);
    const size_t count = heard.lines.size();
    std::this_thread::yield();
    EXPECT_EQ(heard.lines.size(), count);  // removed is removed
    most = std::max(most, count);
  }
  stop = true;
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace deeplab
