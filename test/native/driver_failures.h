// Work that uses a GPU, done once for each call of the driver that it makes, with that call
// failing.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <utility>

#include "core/error.h"
#include "cuda_double.h"

namespace deeplab::test {

// A driver that refuses to take something back still has it: also where it does not make the
// context current for that, or does not wait for what still uses it.
inline bool GivesBack(const std::string& function) {
  for (const char* part : {"Destroy", "Free", "Release", "Unregister", "PopCurrent", "TrimTo",
                           "CtxGetCurrent", "PushCurrent", "StreamSynchronize"}) {
    if (function.find(part) != std::string::npos) return true;
  }
  return false;
}

class DriverFailures {
 public:
  // `except`: a function that the double of a library calls to give something back.
  explicit DriverFailures(const CudaControl& control, std::string except = "")
      : control_(control), except_(std::move(except)) {}

  // `work` throws an Error where the failure matters to it; where it does not throw, it has checked
  // that its result is right. Afterwards the driver has what it had before, and `work` succeeds.
  // Returns how many failures mattered.
  int walk(const std::function<void()>& work) {
    const std::map<std::string, unsigned long long> made = count(work);
    const std::string before = quiet();
    int mattered = 0;
    for (const auto& [function, calls] : made) {
      for (unsigned long long nth = 1; nth <= calls; ++nth) {
        SCOPED_TRACE(function + ", call " + std::to_string(nth));
        mattered += fails(function, nth, work) ? 1 : 0;
        const std::string after = settled(before);
        EXPECT_EQ(after, before);
        if (after != before) return mattered;  // the next ones would say the same
      }
    }
    work();
    return mattered;
  }

 private:
  static constexpr const char* kFunctions[] = {
#define DEEPLAB_NAME(member, symbol, parameters) #symbol,
      DEEPLAB_CUDA_FUNCTIONS(DEEPLAB_NAME)
#undef DEEPLAB_NAME
  };

  std::map<std::string, unsigned long long> count(const std::function<void()>& work) {
    work();  // what only the first one does
    std::map<std::string, unsigned long long> calls;
    for (const char* function : kFunctions) calls[function] = control_.calls(function);
    work();
    for (auto& [function, made] : calls) {
      made =
          GivesBack(function) || function == except_ ? 0 : control_.calls(function.c_str()) - made;
    }
    return calls;
  }

  bool fails(const std::string& function, unsigned long long nth,
             const std::function<void()>& work) {
    const unsigned long long last = control_.calls(function.c_str()) + nth;
    EXPECT_EQ(control_.fail(function.c_str(), nth, 999 /* CUDA_ERROR_UNKNOWN */), 1);
    bool has_thrown = false;
    try {
      work();
    } catch (const Error& error) {
      has_thrown = true;
      EXPECT_NE(error.code(), ErrorCode::kInternal) << error.what();
    }
    // A failure that was not reached would come later.
    EXPECT_GE(control_.calls(function.c_str()), last);
    return has_thrown;
  }

  std::string alive() const {
    char text[1024] = "";
    control_.leaks(text, sizeof text);
    return text;
  }

  // When nothing goes any more.
  std::string quiet() const {
    std::string last;
    do {
      last = alive();
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    } while (alive() != last);
    return last;
  }

  // Memory goes in the time of its stream.
  std::string settled(const std::string& wanted) const {
    for (int tries = 0; alive() != wanted && tries < 2000; ++tries) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return alive();
  }

  const CudaControl& control_;
  const std::string except_;
};

}  // namespace deeplab::test
