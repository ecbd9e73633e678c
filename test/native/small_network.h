// A network of a few lines, as a session on the CPU and as one on a GPU: the same logits from the
// same input, to the bit. For tests of what is around the network.
#pragma once

#include <algorithm>
#include <limits>
#include <list>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "core/half.h"
#include "cuda/pinned_source.h"
#include "cuda_double.h"
#include "infer/backend.h"
#include "preprocess/normalize.h"

namespace deeplab::pipeline::testing_support {

constexpr int kClasses = 5;

struct SmallNetwork {
  DataType type = DataType::kFloat32;  // of both ends
  int shrink = 4;                      // input pixels of one logit, along each axis
  bool breaks = false;                 // some logits are no numbers

  PlaneShape output(int height, int width) const {
    return {kClasses, std::max(height / shrink, 1), std::max(width / shrink, 1)};
  }

  template <typename T>
  static float Read(const T* values, size_t at) {
    if constexpr (sizeof(T) == 2)
      return HalfToFloat(values[at]);
    else
      return values[at];
  }

  template <typename T>
  void run(const T* input, int height, int width, T* logits) const {
    const PlaneShape shape = output(height, width);
    const size_t plane = static_cast<size_t>(height) * width;
    for (int64_t c = 0; c < shape.channels; ++c) {
      for (int64_t y = 0; y < shape.height; ++y) {
        for (int64_t x = 0; x < shape.width; ++x) {
          const size_t at = static_cast<size_t>(std::min<int64_t>(y * shrink + 1, height - 1)) *
                                static_cast<size_t>(width) +
                            static_cast<size_t>(std::min<int64_t>(x * shrink + 2, width - 1));
          const float r = Read(input, at), g = Read(input, plane + at),
                      b = Read(input, 2 * plane + at);
          float value = (r * static_cast<float>(c) - g * static_cast<float>(4 - c) +
                         b * static_cast<float>(c % 2)) *
                        0.02f;
          if (breaks && c == 2 && x % 5 == 3 && y % 3 == 1) {
            value = std::numeric_limits<float>::quiet_NaN();
          }
          *logits++ = preprocess::FromFloat<T>(value);
        }
      }
    }
  }

  void run_batch(const void* input, int batch, int height, int width, void* logits) const {
    const size_t in = PlaneShape{3, height, width}.elements();
    const size_t out = output(height, width).elements();
    for (size_t i = 0; i < static_cast<size_t>(batch); ++i) {
      if (type == DataType::kFloat32) {
        run(static_cast<const float*>(input) + i * in, height, width,
            static_cast<float*>(logits) + i * out);
      } else {
        run(static_cast<const uint16_t*>(input) + i * in, height, width,
            static_cast<uint16_t*>(logits) + i * out);
      }
    }
  }
};

inline infer::SessionInfo InfoOf(const SmallNetwork& network) {
  infer::SessionInfo info;
  info.input.type = info.output.type = network.type;
  info.input.channels = 3;
  info.output.channels = kClasses;
  return info;
}

class SmallHostSlot final : public infer::Slot {
 public:
  explicit SmallHostSlot(const SmallNetwork& network) : network_(network) {}
  void* prepare(int batch, int height, int width) override {
    batch_ = batch;
    height_ = height;
    width_ = width;
    const size_t size = ByteSize(network_.type);
    input_.resize(static_cast<size_t>(batch) * PlaneShape{3, height, width}.elements() * size);
    output_.resize(static_cast<size_t>(batch) * network_.output(height, width).elements() * size);
    return input_.data();
  }
  const std::vector<ConstPlanes>& run() override {
    network_.run_batch(input_.data(), batch_, height_, width_, output_.data());
    const PlaneShape shape = network_.output(height_, width_);
    planes_.clear();
    for (int i = 0; i < batch_; ++i) {
      planes_.push_back(
          {output_.data() + i * shape.elements() * ByteSize(network_.type), network_.type, shape});
    }
    return planes_;
  }

 private:
  const SmallNetwork network_;
  int batch_ = 0, height_ = 0, width_ = 0;
  std::vector<uint8_t> input_, output_;
  std::vector<ConstPlanes> planes_;
};

class SmallHostSession final : public infer::Session {
 public:
  SmallHostSession(const SmallNetwork& network, const infer::BatchLimits& limits)
      : network_(network), info_(InfoOf(network)), limits_(limits) {}
  const infer::SessionInfo& info() const noexcept override { return info_; }
  const infer::BatchLimits& limits() const noexcept override { return limits_; }
  std::unique_ptr<infer::Slot> new_slot() override {
    return std::make_unique<SmallHostSlot>(network_);
  }

 private:
  const SmallNetwork network_;
  const infer::SessionInfo info_;
  const infer::BatchLimits limits_;
};

// Runs the network on the stream of the driver's double, and can be recorded: like a library with a
// context for each shape, each of which has to run once before.
class SmallDeviceSlot final : public infer::DeviceSlot {
 public:
  SmallDeviceSlot(const SmallNetwork& network, std::shared_ptr<cuda::DeviceMemory> memory,
                  infer::Exchange exchange)
      : network_(network),
        exchange_(std::move(exchange)),
        memory_(std::move(memory)),
        stream_(std::make_shared<cuda::Stream>(memory_->device())),
        input_(memory_, stream_, "The input"),
        output_(memory_, stream_, "The logits") {}

  void* prepare(int batch, int height, int width) override {
    const size_t size = ByteSize(network_.type);
    input_.grow(static_cast<size_t>(batch) * PlaneShape{3, height, width}.elements() * size);
    output_.grow(static_cast<size_t>(batch) * network_.output(height, width).elements() * size);
    set({&network_, input_.address(), output_.address(), batch, height, width});
    return reinterpret_cast<void*>(input_.address());
  }
  std::optional<infer::Recordable> recordable() const override {
    if (!knows_planes) return std::nullopt;
    return infer::Recordable{state_->number, &state_->planes};
  }

  const std::vector<ConstPlanes>& run() override {
    if (fails > 0 && --fails == 0) throw Error(ErrorCode::kBackendFailed, "the network failed");
    const bool is_recorded = exchange_.graphs && stream_->is_capturing();
    if (is_recorded && (!state_->ran || refuses_capture)) {
      throw Error(ErrorCode::kBackendFailed, "the network cannot be recorded now");
    }
    if (is_recorded && waits_in_capture) {  // … and does not say so
      memory_->device()->api().StreamSynchronize.call(stream_->handle());
    }
    state_->ran |= !is_recorded;
    const auto run_job = [](void* argument) {
      const Job& job = *static_cast<const Job*>(argument);
      const size_t size = ByteSize(job.network->type);
      const auto batch = static_cast<size_t>(job.batch);
      const size_t in = batch * PlaneShape{3, job.height, job.width}.elements() * size;
      const size_t out = batch * job.network->output(job.height, job.width).elements() * size;
      job.network->run_batch(Control().host_range(job.input, in), job.batch, job.height, job.width,
                             Control().host_range(job.output, out));
    };
    const int result =
        Control().enqueue(reinterpret_cast<CUstream_st*>(stream_->handle()), run_job, &state_->job);
    if (result != 0 && !(is_recorded && waits_in_capture)) {
      throw Error(ErrorCode::kBackendFailed, "the network was not queued");
    }
    return state_->planes;
  }
  const std::shared_ptr<const cuda::Stream>& stream() const noexcept override { return stream_; }
  const std::shared_ptr<cuda::DeviceMemory>& memory() const noexcept override { return memory_; }
  const infer::Exchange& exchange() const noexcept override { return exchange_; }

  int fails = 0;  // the n-th run from now
  bool knows_planes = true;
  bool refuses_capture = false, waits_in_capture = false;

  static const test::CudaControl& Control() {
    static const test::CudaControl control;
    return control;
  }

 private:
  struct Job {
    const SmallNetwork* network;
    unsigned long long input, output;
    int batch, height, width;
    bool operator==(const Job& o) const noexcept {
      return input == o.input && output == o.output && batch == o.batch && height == o.height &&
             width == o.width;
    }
  };
  struct State {
    Job job;
    uint64_t number;
    std::vector<ConstPlanes> planes{};
    bool ran = false;
  };

  void set(const Job& job) {
    const auto known = std::find_if(states_.begin(), states_.end(),
                                    [&](const State& state) { return state.job == job; });
    if (known != states_.end()) {
      state_ = &*known;
      return;
    }
    states_.push_back({job, states_.size() + 1});
    state_ = &states_.back();
    const PlaneShape shape = network_.output(job.height, job.width);
    for (int i = 0; i < job.batch; ++i) {
      const auto* const first = reinterpret_cast<const uint8_t*>(job.output);
      state_->planes.push_back(
          {first + i * shape.elements() * ByteSize(network_.type), network_.type, shape});
    }
  }

  const SmallNetwork network_;
  const infer::Exchange exchange_;
  std::shared_ptr<cuda::DeviceMemory> memory_;
  std::shared_ptr<const cuda::Stream> stream_;
  cuda::DeviceBuffer input_, output_;
  std::list<State> states_;  // never go: graphs run their jobs
  State* state_ = nullptr;   // the prepared one
};

class SmallDeviceSession final : public infer::Session {
 public:
  SmallDeviceSession(const SmallNetwork& network, infer::BatchLimits limits,
                     std::shared_ptr<cuda::DeviceMemory> memory, infer::Exchange exchange)
      : network_(network),
        info_(InfoOf(network)),
        limits_(limits),
        memory_(std::move(memory)),
        exchange_(std::move(exchange)),
        buffers_(exchange_.pinned) {
    limits_.memory = infer::MemoryKind::kDevice;
  }
  const infer::SessionInfo& info() const noexcept override { return info_; }
  const infer::BatchLimits& limits() const noexcept override { return limits_; }
  BufferSource& buffers() const noexcept override { return buffers_; }
  std::unique_ptr<infer::Slot> new_slot() override {
    auto slot = std::make_unique<SmallDeviceSlot>(network_, memory_, exchange_);
    slots.push_back(slot.get());
    return slot;
  }

  std::vector<SmallDeviceSlot*> slots;  // the model's lanes own them

 private:
  const SmallNetwork network_;
  const infer::SessionInfo info_;
  infer::BatchLimits limits_;
  std::shared_ptr<cuda::DeviceMemory> memory_;
  const infer::Exchange exchange_;
  mutable cuda::PinnedSource buffers_;
};

}  // namespace deeplab::pipeline::testing_support
