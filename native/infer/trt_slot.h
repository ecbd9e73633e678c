// One batch at a time through a TensorRT engine: a context, its stream, and its tensors' memory.
//
// Where runs are recorded there is a context for each of the last shapes: a graph holds what its
// context was when it was recorded, so that a context which is given another shape voids it. They
// share their activations' memory, as they run one after the other.
#pragma once

#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "infer/backend.h"
#include "infer/trt_engine.h"

namespace deeplab::infer {

class TrtSlot final : public DeviceSlot {
 public:
  // Throws Error{kDeviceOutOfMemory}, Error{kBackendFailed}. The engine outlives it.
  TrtSlot(const TrtEngine& engine, const Exchange& exchange);
  ~TrtSlot() override;

  void* prepare(int batch, int height, int width) override;
  const std::vector<ConstPlanes>& run() override;

  const std::shared_ptr<const cuda::Stream>& stream() const noexcept override { return stream_; }
  const std::shared_ptr<cuda::DeviceMemory>& memory() const noexcept override {
    return engine_.memory();
  }
  const Exchange& exchange() const noexcept override { return exchange_; }
  std::optional<Recordable> recordable() const override;

 private:
  struct Shape {
    int batch = 0, height = 0, width = 0;
    bool operator==(const Shape& o) const noexcept {
      return batch == o.batch && height == o.height && width == o.width;
    }
  };

  // A context in the state in which it runs.
  struct Context {
    std::unique_ptr<trt::IExecutionContext> context;
    Shape shape;  // zeros: none
    PlaneShape output{};
    std::vector<ConstPlanes> planes;
    void* input = nullptr;   // the memory that it has,
    void* logits = nullptr;  // of both ends
    uint64_t number = 0;     // of its state
  };

  std::unique_ptr<trt::IExecutionContext> make_context();
  Context& context_for(const Shape& shape);
  void check(const Shape& shape) const;
  void set_shape(const Shape& shape, Context* context);
  PlaneShape output_planes(const Shape& shape, trt::IExecutionContext& context) const;
  void set_addresses(Context* context);
  void set_planes(size_t images, Context* context) const;
  [[noreturn]] void fail(const std::string& what, const std::string& log) const;

  const TrtEngine& engine_;
  const Exchange exchange_;
  std::shared_ptr<const cuda::Stream> stream_;
  cuda::DeviceBuffer activations_;
  cuda::DeviceBuffer input_;
  cuda::DeviceBuffer output_;
  std::list<Context> contexts_;  // the prepared one first
  bool is_prepared_ = false;     // prepare() succeeded last
  uint64_t states_ = 0;          // so many there were
};

}  // namespace deeplab::infer
