// ONNX Runtime's log lines, handed to who listens and kept in memory instead of being printed: of
// those kept, warnings and worse stay in a small ring. Any thread may write or read.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "infer/ort_api.h"

namespace deeplab::infer {

struct OrtLogLine {
  int32_t severity = 0;  // 2 warning, 3 error, 4 fatal
  std::string text;
};

class OrtLog {
 public:
  static constexpr size_t kMaxLines = 64;
  static constexpr size_t kMaxTextLength = 2000;

  // What ONNX Runtime calls; `self` is the OrtLog. Never throws into the library.
  static void DEEPLAB_ORT_CALL Receive(void* self, int32_t severity, const char* category,
                                       const char* log_id, const char* location,
                                       const char* message) noexcept;

  // Oldest first.
  std::vector<OrtLogLine> recent() const;

  // The newest line of severity error or fatal; empty when there was none.
  std::string last_error() const;

 private:
  void Append(int32_t severity, const char* location, const char* message);

  mutable std::mutex mutex_;
  std::deque<OrtLogLine> lines_;
  std::string last_error_;
};

}  // namespace deeplab::infer
