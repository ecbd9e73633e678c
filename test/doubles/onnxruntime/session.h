// A session on a GPU provider: the real one, which computes on the CPU, and what it would have on
// the device: its stream, its weights and an arena of memory.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "real.h"
#include "state.h"

namespace deeplab::doubles::ort {

// The shape that the network gives for one of its input, learnt by running it.
struct Expectation {
  std::string error;  // what the real one says; empty: none
  std::vector<int64_t> dims;
  bool depends_on_values = false;
};

// The real session; held by jobs too, so that one released too early is no crash here.
using RealSession = std::shared_ptr<OrtModelSession>;

class GpuSession {
 public:
  // Throws Failure.
  GpuSession(OrtModelSession* real, const std::vector<ProviderOptions>& options,
             size_t weight_bytes);
  ~GpuSession();

  const RealSession& real() const noexcept { return real_; }
  int device() const noexcept { return device_; }
  CUstream_st* stream() const noexcept { return stream_; }
  bool has_own_stream() const noexcept { return has_own_stream_; }

  // Throws Failure where the arena's limit or the device has no more.
  uint64_t allocate(size_t bytes);
  void give_back(uint64_t address);

  const Expectation& expectation(const TensorFacts& input);
  // Of host memory; `result` gets the output. Throws Failure.
  OwnedValue run(const OrtValue* input) const;

  std::atomic<int> jobs{0};  // on their way

 private:
  Expectation learn(const TensorFacts& input) const;
  std::vector<int64_t> dims_for(const TensorFacts& input, unsigned char low,
                                unsigned char high) const;

  const RealSession real_;
  const int device_;
  std::string input_name_, output_name_;
  size_t limit_ = 0;  // 0: none
  CUstream_st* stream_ = nullptr;
  bool has_own_stream_ = false;

  std::mutex mutex_;
  std::map<uint64_t, size_t> used_, idle_;
  size_t arena_bytes_ = 0;
  std::map<std::vector<int64_t>, Expectation> expectations_;
};

// Part of an arena, given back with its last holder.
struct ArenaPiece {
  ArenaPiece(std::shared_ptr<GpuSession> owner, size_t bytes)
      : session(std::move(owner)), address(session->allocate(bytes)) {}
  ~ArenaPiece() { session->give_back(address); }
  const std::shared_ptr<GpuSession> session;
  const uint64_t address;
};

// Null: the session is not on a GPU.
std::shared_ptr<GpuSession> FindGpuSession(const OrtModelSession* session);

// What the TensorRT provider does with its engine cache. Throws Failure.
void UseEngineCache(const ProviderOptions& options, size_t model_bytes);

}  // namespace deeplab::doubles::ort
