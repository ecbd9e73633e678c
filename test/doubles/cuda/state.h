// All that the double of the CUDA driver knows, under one lock, and the objects behind its handles.
// Handles are numbers that are never used twice and fault when followed.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "control.h"
#include "cuda/driver_api.h"
#include "device_kinds.h"

namespace deeplab::doubles {

using namespace deeplab::cuda;  // the driver's own words

// Results that no product code looks at by name.
constexpr CUresult kIllegalState = 401;
constexpr CUresult kLaunchOutOfResources = 701;
constexpr CUresult kNotPermitted = 800;

// Whether a context is lost with this result, and stays so.
bool IsSticky(CUresult result) noexcept;

template <typename Handle, typename Object>
class Handles {
 public:
  Handle add(std::shared_ptr<Object> object) {
    static std::atomic<uintptr_t> next{0x00d6000000000100};
    const auto handle = reinterpret_cast<Handle>(next.fetch_add(16));
    objects_[handle] = std::move(object);
    return handle;
  }
  // Null where the handle is not one, or no more.
  std::shared_ptr<Object> find(Handle handle) const {
    const auto found = objects_.find(handle);
    return found != objects_.end() ? found->second : nullptr;
  }
  bool erase(Handle handle) { return objects_.erase(handle) != 0; }
  template <typename Predicate>
  void erase_if(const Predicate& predicate) {
    for (auto at = objects_.begin(); at != objects_.end();) {
      at = predicate(*at->second) ? objects_.erase(at) : std::next(at);
    }
  }
  void clear() { objects_.clear(); }
  size_t size() const noexcept { return objects_.size(); }
  const std::map<Handle, std::shared_ptr<Object>>& all() const noexcept { return objects_; }

 private:
  std::map<Handle, std::shared_ptr<Object>> objects_;
};

struct Stream;
struct Capture;

// How far each stream of a capture has come, by number of nodes.
using CaptureClock = std::map<Stream*, size_t>;

// Work of a stream.
struct Job {
  std::function<CUresult()> run;  // on the stream's thread, without the lock; not 0: context lost
  bool even_if_lost = false;      // keeps the books: runs in a lost context too
};

struct Context {
  int device = 0;
  int retained = 0;
};

struct Device {
  DeviceKind kind;
  size_t memory_limit = 0;       // 0: the kind's
  size_t used = 0;               // allocations outside of pools, and what pools hold
  CUcontext context = nullptr;   // the primary one, while it is retained
  CUresult lost = CUDA_SUCCESS;  // what every call in its context says, for good
  size_t total() const noexcept {
    return memory_limit != 0 && memory_limit < kind.memory ? memory_limit : kind.memory;
  }
};

struct Pool {
  int device = 0;
  size_t used = 0, reserved = 0, threshold = 0, limit = 0;
  bool destroyed = false;  // goes when its last allocation does
};

enum class MemoryKind { kDevice, kPooled, kManaged, kPinned, kRegistered };

// A live piece of memory. `address` is that of the host; device addresses are tagged with it.
struct Range {
  uintptr_t address = 0;
  size_t size = 0;
  MemoryKind kind = MemoryKind::kDevice;
  int device = 0;
  bool mapped = false;           // host memory that the device may use
  std::atomic<bool> live{true};  // false: freed, as far as the device's time goes
  std::atomic<bool> born{true};  // false: stream-ordered, and its stream has not come there yet
  bool freed = false;            // stream-ordered free was submitted
  // Managed memory: who may use it (CU_MEM_ATTACH_*), and the stream of SINGLE.
  std::atomic<int> attached{CU_MEM_ATTACH_GLOBAL};
  std::atomic<Stream*> attached_stream{nullptr};
  std::shared_ptr<Pool> pool;
  std::unique_ptr<char, void (*)(void*)> storage{nullptr, std::free};

  bool is_host() const noexcept {
    return kind == MemoryKind::kPinned || kind == MemoryKind::kRegistered;
  }
};

struct Event {
  int device = 0;
  bool has_time = true;
  uint64_t recorded = 0, completed = 0;  // records submitted, and reached
  std::chrono::steady_clock::time_point time;
  std::shared_ptr<Capture> capture;  // recorded into this one, when it had come that far:
  CaptureClock clock;
};

struct Stream {
  int device = 0;
  std::deque<Job> jobs;
  bool busy = false;     // a job runs
  bool closing = false;  // the thread ends when the last job did
  std::mt19937 random;   // of its delays
  std::shared_ptr<Capture> capture;
  bool idle() const noexcept { return jobs.empty() && !busy; }
};

// One piece of work. `submit`: what the host does each time it is given to a stream, under the
// lock. The rest is for what sets it anew in a graph.
struct Node {
  Job job;
  std::function<void(Stream&)> submit;
  enum class Kind { kOther, kUpload, kDownload, kLaunch } kind = Kind::kOther;
  CUgraphNode handle = nullptr;  // in a graph
};

struct Graph {
  int device = 0;
  std::vector<Node> nodes;
  CUgraph source = nullptr;  // of an executable graph: what it was made of
};

struct Capture {
  std::thread::id thread;  // that began it
  int mode = CU_STREAM_CAPTURE_MODE_THREAD_LOCAL;
  Stream* origin = nullptr;
  bool invalid = false;
  std::map<Stream*, CaptureClock> clocks;            // of each stream that takes part
  std::map<Stream*, std::vector<CUgraphNode>> ends;  // what its next node waits for
  std::shared_ptr<Graph> graph = std::make_shared<Graph>();
};

struct Module {
  int device = 0;
  std::string image;
  std::atomic<bool> live{true};
};

struct HostKernel;
struct Function {
  std::shared_ptr<Module> module;
  int device = 0;
  const HostKernel* kernel = nullptr;
  int max_dynamic_shared = 48 << 10;
};

struct Failure {
  uint64_t nth;  // of the function's calls; 0: every one
  CUresult result;
};

struct State {
  std::mutex mutex;
  std::condition_variable changed;  // whatever anybody may wait for
  bool initialized = false, held = false, has_pools = true;
  int version = 12060;
  std::vector<Device> devices;
  unsigned delay_us = 0;
  std::mt19937 random{1};
  deeplab_double_cuda_pageable pageable = DEEPLAB_DOUBLE_PAGEABLE_EARLY;

  Handles<CUcontext, Context> contexts;
  Handles<CUstream, Stream> streams;
  Handles<CUevent, Event> events;
  Handles<CUgraph, Graph> graphs;
  Handles<CUgraphExec, Graph> graph_execs;
  Handles<CUmodule, Module> modules;
  Handles<CUfunction, Function> functions;
  Handles<CUmemoryPool, Pool> pools;
  std::map<uintptr_t, std::shared_ptr<Range>> ranges;  // by the host's address; freed ones are not
  std::deque<std::shared_ptr<Range>> retired;  // freed: kept, so that addresses are not soon reused
  size_t retired_bytes = 0;
  std::vector<std::shared_ptr<Stream>> running;  // every stream whose thread has not ended
  size_t abandoned = 0;                          // objects that went with their context
  unsigned epoch = 1;  // one more with each reset: handles of threads from before are void

  std::map<std::string, uint64_t> calls;
  std::multimap<std::string, Failure> failures;
  std::map<std::string, uint64_t> launches;
  deeplab_double_cuda_counters counters{};
};

using Lock = std::unique_lock<std::mutex>;

// The lost result of the device's context, or 0. Under the lock.
CUresult LostResult(int device);
// Marks it so, the first result for good; whoever waits looks again.
void Lose(int device, CUresult result);

// Never destroyed: streams' threads may outlive main().
State& TheState();

}  // namespace deeplab::doubles
