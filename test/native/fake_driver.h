// A CUDA driver made of functions of the test: by default every call succeeds and hands out
// something that is counted; a test replaces single functions, or has the n-th call fail. What
// happens on the device is the double's part (test/doubles/cuda); here it is who calls what.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "cuda/driver.h"

namespace deeplab::cuda {

// One at a time; must outlive every Device of its driver.
class FakeDriver {
 public:
  FakeDriver();
  FakeDriver(const FakeDriver&) = delete;
  FakeDriver& operator=(const FakeDriver&) = delete;
  ~FakeDriver();

  Driver driver;

  // What each function does after it was counted; replaced by tests.
#define DEEPLAB_FAKE_MEMBER(member, symbol, parameters) std::function<CUresult parameters> member;
  DEEPLAB_CUDA_FUNCTIONS(DEEPLAB_FAKE_MEMBER)
  DEEPLAB_CUDA_OPTIONAL_FUNCTIONS(DEEPLAB_FAKE_MEMBER)
#undef DEEPLAB_FAKE_MEMBER

  std::map<int, int> attributes;
  size_t capacity = size_t{1} << 30;  // of device memory

  // Calls of an exported name ("cuMemAlloc_v2") so far.
  int calls(const std::string& name) const;
  int all_calls() const;
  // The names in order, from here on.
  std::vector<std::string> log;

  // The call of this number from now (1 is the next) gives `result` and does nothing. With a name,
  // only calls of that name count.
  void fail(int nth, CUresult result, const std::string& name = "");

  // What was handed out and has not come back: "memory", "pinned", "stream", …
  size_t alive(const std::string& kind) const;
  size_t alive() const;
  size_t used() const;
  CUcontext current() const;
  static CUcontext context_of(int ordinal);

  // Called by the functions of `driver`.
  static FakeDriver* active;
  bool enter(const char* name, CUresult* result);

 private:
  template <typename T>
  T make(const char* kind);
  template <typename T>
  CUresult destroy(const char* kind, T handle);
  CUresult allocate(CUdeviceptr* address, size_t bytes);
  CUresult release(CUdeviceptr address);
  void fill_devices();
  void fill_contexts();
  void fill_objects();
  void fill_memory();
  void fill_modules();

  mutable std::mutex mutex_;
  std::map<std::string, int> calls_;
  std::map<std::string, std::set<unsigned long long>> alive_;
  std::map<unsigned long long, size_t> sizes_;
  unsigned long long next_ = 0x7000'0000'0000;
  size_t used_ = 0;
  CUgraphNode last_node_ = nullptr;  // of the capture
  int fail_in_ = 0;
  CUresult fail_with_ = CUDA_SUCCESS;
  std::string fail_name_;
};

// The error that `action` ends with; a failure of the test where it ends well.
template <typename Action>
Error Thrown(Action&& action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "nothing was thrown";
  return Error(ErrorCode::kInternal, "");
}

}  // namespace deeplab::cuda
