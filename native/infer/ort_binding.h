// A model's input and output bound to memory of ours, and its runs: what the slots of every
// execution provider have in common. Whose memory it is, and where, is the slot's.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "infer/backend.h"
#include "infer/ort_status.h"

namespace deeplab::infer {

// Where a slot's tensors lie. Keeps what is large enough, so that a warm slot allocates nothing.
class OrtMemory {
 public:
  // At least so many bytes, at an address that the model's execution provider takes as its own.
  virtual void* input(size_t bytes) = 0;
  virtual void* output(size_t bytes) = 0;
  // Whether the input is written by work that is only queued when run() is called. What is bound is
  // read then: ONNX Runtime copies an input whose first nodes run elsewhere when it is bound.
  virtual bool is_written_late() const noexcept { return false; }
  // What ONNX Runtime calls the place.
  virtual const OrtMemoryInfo* place() const noexcept = 0;
  // Before a failed run is tried again or reported with ONNX Runtime's message: throws where there
  // is a better word for it.
  virtual void explain_failure(const std::string& message) const { static_cast<void>(message); }

 protected:
  ~OrtMemory() = default;
};

class OrtBinding {
 public:
  // What is bound; all of it outlives the binding. `run_options` may be null.
  struct Model {
    const OrtApi& api;
    OrtModelSession* session;
    const OrtRunOptions* run_options;
    const SessionInfo& info;
    const BatchLimits& limits;
  };

  OrtBinding(const Model& model, OrtMemory& memory);

  // As Slot says.
  void* prepare(int batch, int height, int width);
  const std::vector<ConstPlanes>& run();

 private:
  using InputShape = std::array<int, 3>;  // batch, height, width

  // Where the output of the next run goes.
  enum class OutputPlace {
    kOwn,      // memory_.output(), of the shape known for this input shape
    kLibrary,  // memory that ONNX Runtime allocates: the shape is not known yet, or never
  };

  static constexpr size_t kMaxKnownShapes = 64;

  void check_input(const InputShape& shape) const;
  void wrap_input(const InputShape& shape);
  void bind_input();
  void bind_output(const InputShape& shape);
  void bind_output_to_library();
  bool try_run(std::string* message);
  void fetch_output();
  PlaneShape check_output(const OrtValue* value) const;
  void remember(const PlaneShape& planes);
  std::optional<PlaneShape> known_output(const InputShape& shape) const;
  void point_planes_at(const void* data, const PlaneShape& planes, int batch);
  OrtOwned<OrtValue> wrap(void* memory, size_t bytes, DataType type, int batch,
                          const PlaneShape& planes) const;

  const Model model_;
  const OrtApi& api_;
  const SessionInfo& info_;
  OrtMemory& memory_;

  // Declared before binding_, which points into them and so must go first.
  OrtOwned<OrtValue> input_value_;
  OrtOwned<OrtValue> output_value_;   // over memory_.output()
  OrtOwned<OrtValue> library_value_;  // what ONNX Runtime allocated in the last run
  OrtOwned<OrtIoBinding> binding_;

  void* input_ = nullptr;
  InputShape prepared_{0, 0, 0};  // zeros: nothing is bound
  OutputPlace place_ = OutputPlace::kLibrary;
  std::map<InputShape, PlaneShape> known_;  // seen in runs
  bool output_depends_on_values_ = false;
  std::vector<ConstPlanes> planes_;
};

}  // namespace deeplab::infer
