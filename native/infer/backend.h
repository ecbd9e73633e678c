// One inference library behind one small interface. A new backend is one file pair in this folder
// and one line in registry.cc; nothing outside native/infer/ may name a library.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/library_candidate.h"
#include "core/memory.h"
#include "core/tensor.h"
#include "cuda/device_memory.h"
#include "cuda/memory_mode.h"
#include "cuda/pinned_memory.h"
#include "cuda/stream.h"

namespace deeplab::infer {

struct SessionOptions {
  int intra_op_threads = 0;  // 0: one per physical core that this process may use
  int inter_op_threads = 0;
  int graph_optimization = 99;
  bool memory_arena = true;
  bool memory_pattern = true;
  bool spinning = true;
  int log_severity = 2;  // least of the session's lines that are told: LogLevel's number
  // Not options of the user's: docs/session-settings.md has the figures that decided them.
  bool stop_spinning_after_run = true;  // post-processing and other models need the cores
  bool denormals_as_zero = false;
};

// For sessions on a GPU.
struct DeviceOptions {
  std::string memory_mode = "auto";                         // or as cuda::ChooseMemoryMode takes it
  size_t memory_limit = cuda::DeviceMemory::kUnlimited;     // bytes, of each device
  size_t pinned_limit = cuda::PinnedMemory::kDefaultLimit;  // of host memory, likewise
  int slots = 0;        // batches on their way at once, on all devices together; 0: two a device
  bool graphs = false;  // record what a request does once and launch it whole
};

// What to open. `weights_bytes` empty: read `weights_path`; else the serialized model itself, with
// external data looked for beside `weights_path`. The bytes need to live only during the call.
struct OpenRequest {
  std::string package_format;
  std::string device;  // "auto", "cpu", "cuda:N", "cuda:*" (all of the kind of the first)
  std::string weights_path;
  const uint8_t* weights_bytes = nullptr;
  size_t weights_size = 0;
  std::string weights_fingerprint;  // of all files of the weights; differs when one was replaced
  std::vector<LibraryCandidate> candidates;
  SessionOptions session;
  DeviceOptions device_options;
  // ONNX Runtime's: "auto", "cpu", "cuda" or "tensorrt", and options for that provider in its own
  // names. Engines that a provider builds are kept in engine_cache_folder; empty: nowhere.
  std::string provider = "auto";
  std::vector<std::pair<std::string, std::string>> provider_options;
  std::string engine_cache_folder;
  int max_batch = 1;  // most images a dynamic-batch model is given at once
  int min_batch = 0;  // fewest, as the package states it; 0: as the model has it
};

// How a session wants its work. The memory kind selects the stage pair (CPU or CUDA kernels).
enum class MemoryKind { kHost, kDevice };

struct BatchLimits {
  int min_batch = 1;  // smaller batches are padded with zeros by the pipeline
  int max_batch = 1;
  int slots = 1;  // runs that may overlap; how many batches are best on their way at once
  MemoryKind memory = MemoryKind::kHost;
};

// Facts for model.info().
struct SessionInfo {
  std::string backend;
  std::string device;
  std::string provider;  // ONNX Runtime's: "cpu", "cuda", "tensorrt"; else empty
  std::string choice;    // why this provider and device, where there was a choice
  std::string library_path;
  std::string library_version;
  std::string input_name;
  std::string output_name;
  TensorSpec input;
  TensorSpec output;
  int intra_op_threads = 0;
};

// A GPU of a session, and what the model has of its memory now; bytes.
struct DeviceUse {
  std::string device;  // "cuda:0"
  std::string name;
  std::string capability;  // "8.9"
  std::string driver;      // the CUDA that it supports: "12.6"
  std::string driver_path;
  std::string memory_mode;
  size_t total = 0;
  size_t used = 0;
  size_t peak = 0;
  size_t limit = 0;        // 0: none
  size_t pinned_used = 0;  // of host memory, by all models on the device
  size_t pinned_idle = 0;
  size_t pinned_limit = 0;
};

// Memory for one batch at a time, and its runs. One thread at a time; several slots of a session
// may prepare at once, and BatchLimits::slots of them may run at once.
class Slot {
 public:
  virtual ~Slot() = default;

  // Makes room for a batch of this size and returns where to write it: dense NCHW of
  // info().input.type. Valid until the next prepare(), which leaves what was written where it is if
  // only the batch has become smaller. Throws Error{kPackageInputMismatch} when the model cannot
  // take that shape.
  virtual void* prepare(int batch, int height, int width) = 0;

  // Runs the prepared batch. The returned planes (one entry an image) lie in memory the slot owns,
  // valid until the next prepare() or run(). Throws Error{kBackendFailed} with the library's own
  // message.
  virtual const std::vector<ConstPlanes>& run() = 0;
};

// How pixels and maps travel between the host and a slot's device.
struct Exchange {
  std::shared_ptr<cuda::Device> pinned;  // whose pinned memory is used
  cuda::MemoryMode mode = cuda::MemoryMode::kCopied;
  bool graphs = false;
};

// What run() is going to do, for those who record it as a CUDA graph. Work that was recorded under
// a number may be launched in place of run() as long as that is the number after prepare(). Before
// it is recorded, run() has been called under the same number at least once.
struct Recordable {
  uint64_t number;
  const std::vector<ConstPlanes>* planes;  // what run() will return
};

// A slot whose tensors lie on a device (MemoryKind::kDevice). prepare() returns an address there;
// run() queues the network on stream() and returns at once; the planes are addresses whose memory
// holds the logits when the stream has come so far. What goes to the stream, and comes from the
// memory, does so between prepare() and run() or behind run(), by the thread that calls them.
class DeviceSlot : public Slot {
 public:
  virtual const std::shared_ptr<const cuda::Stream>& stream() const noexcept = 0;
  virtual const std::shared_ptr<cuda::DeviceMemory>& memory() const noexcept = 0;
  virtual const Exchange& exchange() const noexcept = 0;
  // After prepare(). None where run() cannot be recorded, or what it returns is not known before.
  virtual std::optional<Recordable> recordable() const { return std::nullopt; }
};

// A model loaded on one device, or on several of one kind. Outlives its slots.
class Session {
 public:
  virtual ~Session() = default;
  virtual const SessionInfo& info() const noexcept = 0;
  virtual const BatchLimits& limits() const noexcept = 0;
  // The GPUs it runs on; none for the CPU. Any thread.
  virtual std::vector<DeviceUse> devices() const { return {}; }
  // Where copies of callers' pixels go: memory that the device reads by itself, if there is one.
  virtual BufferSource& buffers() const noexcept { return BufferPool::Instance(); }
  // Has the devices read and write memory of callers by themselves until what is returned goes, at
  // the latest before the memory does. Null where there is nothing to do: on the CPU. Throws
  // Error{kDevice…}. Any thread.
  virtual std::shared_ptr<const void> register_memory(void* /*data*/, size_t /*size*/) const {
    return nullptr;
  }
  // As many as are wanted; their memory is taken when they are prepared. One thread at a time.
  virtual std::unique_ptr<Slot> new_slot() = 0;
};

struct Availability {
  bool ok = false;
  std::string reason;  // shown to the user as it is
  ErrorDetail tried;   // one pair for each place that was refused: who named it, path and why
};

struct Backend {
  const char* name;                                             // what info().backend says
  const char* package_format;                                   // which packages it runs
  Availability (*probe)(const std::vector<LibraryCandidate>&);  // cheap, may dlopen, never throws
  std::unique_ptr<Session> (*open)(const OpenRequest&);
};

// The ordered list, best first.
const std::vector<Backend>& Registry();

// Opens with the first backend that serves the format and probes ok. `reason` receives why it was
// taken. Throws Error{kBackendUnavailable} listing every backend's reason, or what open() throws.
std::unique_ptr<Session> Open(const OpenRequest& request, std::string* reason);

}  // namespace deeplab::infer
