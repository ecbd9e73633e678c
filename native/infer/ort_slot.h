// Memory that this slot owns, bound to a model on ONNX Runtime's CPU provider.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/memory.h"
#include "infer/backend.h"
#include "infer/ort_session.h"
#include "infer/ort_status.h"

namespace deeplab::infer {

class OrtSlot final : public Slot {
 public:
  explicit OrtSlot(const OrtSession& session);

  void* prepare(int batch, int height, int width) override;
  const std::vector<ConstPlanes>& run() override;

 private:
  using InputShape = std::array<int, 3>;  // batch, height, width

  // Where the output of the next run goes.
  enum class OutputPlace {
    kOwn,      // output_buffer_, of the shape known for this input shape
    kLibrary,  // memory that ONNX Runtime allocates: the shape is not known yet, or never
  };

  static constexpr size_t kMaxKnownShapes = 64;

  void check_input(const InputShape& shape) const;
  void bind_input(const InputShape& shape);
  void bind_output(const InputShape& shape);
  void bind_output_to_library();
  bool try_run(std::string* message);
  void fetch_output();
  PlaneShape check_output(const OrtValue* value) const;
  void remember(const PlaneShape& planes);
  std::optional<PlaneShape> known_output(const InputShape& shape) const;
  void point_planes_at(const void* data, const PlaneShape& planes, int batch);
  OrtOwned<OrtValue> wrap(const HostBuffer& buffer, size_t bytes, DataType type, int batch,
                          const PlaneShape& planes) const;

  const OrtSession& session_;
  const OrtApi& api_;
  const SessionInfo& info_;
  const BatchLimits& limits_;

  // Declared before binding_ and the values, which point into them and so must go first.
  HostBuffer input_buffer_;
  HostBuffer output_buffer_;
  OrtOwned<OrtValue> input_value_;
  OrtOwned<OrtValue> output_value_;   // over output_buffer_
  OrtOwned<OrtValue> library_value_;  // what ONNX Runtime allocated in the last run
  OrtOwned<OrtIoBinding> binding_;

  InputShape prepared_{0, 0, 0};  // zeros: nothing is bound
  OutputPlace place_ = OutputPlace::kLibrary;
  std::map<InputShape, PlaneShape> known_;  // seen in runs
  bool output_depends_on_values_ = false;
  std::vector<ConstPlanes> planes_;
};

}  // namespace deeplab::infer
