// One inference library behind one small interface. A new backend is one file pair in this folder
// and one line in registry.cc; nothing outside native/infer/ may name a library.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/library_candidate.h"
#include "core/tensor.h"

namespace deeplab::infer {

struct SessionOptions {
  int intra_op_threads = 0;  // 0: one per physical core that this process may use
  int inter_op_threads = 0;
  int graph_optimization = 99;
  bool memory_arena = true;
  bool memory_pattern = true;
  bool spinning = true;
  // Not options of the user's: docs/session-settings.md has the figures that decided them.
  bool stop_spinning_after_run = true;  // post-processing and other models need the cores
  bool denormals_as_zero = false;
};

// What to open. `weights_bytes` empty: read `weights_path`; else the serialized model itself, with
// external data looked for beside `weights_path`. The bytes need to live only during the call.
struct OpenRequest {
  std::string package_format;
  std::string device;  // "auto", "cpu", "cuda:N"
  std::string weights_path;
  const uint8_t* weights_bytes = nullptr;
  size_t weights_size = 0;
  std::string weights_fingerprint;  // of all files of the weights; differs when one was replaced
  std::vector<LibraryCandidate> candidates;
  SessionOptions session;
  int max_batch = 1;  // most images a dynamic-batch model is given at once
};

// How a session wants its work. The memory kind selects the stage pair (CPU or CUDA kernels).
enum class MemoryKind { kHost };

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
  std::string library_path;
  std::string library_version;
  std::string input_name;
  std::string output_name;
  TensorSpec input;
  TensorSpec output;
  int intra_op_threads = 0;
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

// A model loaded on one device. Outlives its slots.
class Session {
 public:
  virtual ~Session() = default;
  virtual const SessionInfo& info() const noexcept = 0;
  virtual const BatchLimits& limits() const noexcept = 0;
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
