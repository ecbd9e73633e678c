#include "pipeline/batch_cuda.h"

#include <algorithm>
#include <cstring>

#include "cuda/kernel_image.h"
#include "pipeline/unit_steps.h"
#include "preprocess/contrast_input.h"
#include "visualize/launch_cuda.h"

namespace deeplab::pipeline {
namespace {

using Clock = Request::Clock;

const cuda::Kernel& KernelOf(const cuda::Device& device, const char* name) {
  const cuda::Current current(device);
  return device.modules().kernel(cuda::EmbeddedKernels(), name);
}

bool IsFloat(const TensorSpec& spec) { return spec.type == DataType::kFloat32; }

unsigned Blocks(int size, int block) { return static_cast<unsigned>((size + block - 1) / block); }

cuda::CUdeviceptr Address(const void* pointer) {
  return reinterpret_cast<cuda::CUdeviceptr>(pointer);
}

size_t InputBytes(const TensorSpec& input, int height, int width) {
  return PlaneShape{3, height, width}.elements() * ByteSize(input.type);
}

}  // namespace

DeviceBatch::Times::Times(const std::shared_ptr<cuda::Device>& device)
    : begin(device, cuda::Event::Kind::kTimed),
      input(device, cuda::Event::Kind::kTimed),
      logits(device, cuda::Event::Kind::kTimed),
      end(device, cuda::Event::Kind::kTimed) {}

DeviceBatch::Times::Spent DeviceBatch::Times::spent(bool is_whole) const {
  if (is_whole) return {0, end.milliseconds_since(begin), 0};
  return {input.milliseconds_since(begin), logits.milliseconds_since(input),
          end.milliseconds_since(logits)};
}

DeviceBatch::DeviceBatch(const infer::Session& session, infer::DeviceSlot& slot, ThreadPool& pool)
    : Batch(session),
      slot_(slot),
      pool_(pool),
      stream_(slot.stream()),
      device_(stream_->device()),
      preprocess_kernel_(KernelOf(*device_, IsFloat(session.info().input)
                                                ? preprocess::kCudaPreprocessFloat
                                                : preprocess::kCudaPreprocessHalf)),
      postprocess_kernel_(KernelOf(*device_, IsFloat(session.info().output)
                                                 ? postprocess::kCudaPostprocessFloat
                                                 : postprocess::kCudaPostprocessHalf)),
      overlay_kernel_(KernelOf(*device_, visualize::kCudaOverlay)),
      tables_(slot.memory(), stream_),
      pixels_(slot),
      maps_(slot),
      times_(device_) {
  if (slot.exchange().graphs) graphs_.emplace(slot.exchange().pinned, stream_);
  const auto images = static_cast<size_t>(session.limits().max_batch);
  const auto& pinned = slot.exchange().pinned;
  work_.reserve(images);
  counters_ = cuda::PinnedMemory::Acquire(pinned, images * sizeof(uint32_t));
  if (counters_) {
    mapped_counters_ = pinned->pinned_memory().device_address(counters_.data(), counters_.size());
  }
}

// The stream's work may still read and write what goes now.
DeviceBatch::~DeviceBatch() { drain(); }

void DeviceBatch::preprocess(size_t) {
  for (; staged_ < units.size(); ++staged_) {
    work_.emplace_back();
    Guarded(units[staged_], [&] { stage(staged_); });
  }
}

// The host's part of an image's way up.
void DeviceBatch::stage(size_t index) {
  const auto start = Clock::now();
  const Unit& unit = units[index];
  const plan::PreprocessPlan& plan = *unit.image().plan;
  ImageResult& result = unit.result();
  result.geometry = plan.geometry;
  result.timings.queue = Milliseconds(unit.request->submitted, start);
  Work& work = work_[index];
  if (plan.contrast == plan::Contrast::kNone) {
    work.pixels = work.picture = pixels_.add(unit.image().view);
  } else {
    auto crop = preprocess::CropWithContrast(unit.image().view, plan, pool_, session_.buffers());
    work.pixels = pixels_.add(crop.view, std::move(crop.pixels));
    if (unit.request->options.include.overlay) work.picture = pixels_.add(unit.image().view);
  }
  result.timings.preprocess = Milliseconds(start, Clock::now());
}

void DeviceBatch::run() {
  Guarded(units, [&] {
    if (AllFailed(units)) return;
    const cuda::Current current(*device_);
    try {
      submit();
      ran_ = true;
    } catch (...) {
      drain();  // the images' memory goes back when they are settled
      throw;
    }
  });
}

void DeviceBatch::send_input(void* input, size_t images) {
  const plan::Geometry& g = units.front().geometry();
  pixels_.send(&steps_);
  launch_preprocess(input);
  const size_t bytes = InputBytes(session_.info().input, g.input_height, g.input_width);
  const size_t left = images - units.size();
  if (left > 0) steps_.fill(Address(input) + units.size() * bytes, 0, left * bytes);
}

void DeviceBatch::launch_preprocess(void* input) {
  const plan::Geometry& g = units.front().geometry();
  const TensorSpec& spec = session_.info().input;
  const size_t bytes = InputBytes(spec, g.input_height, g.input_width);
  preprocess::CudaPreprocess& batch = preprocess_;
  for (size_t first = 0; first < units.size(); first += preprocess::kCudaImages) {
    const size_t count = std::min<size_t>(units.size() - first, preprocess::kCudaImages);
    batch = {};  // equal requests are to be equal to the last byte
    batch.width = g.input_width;
    batch.height = g.input_height;
    for (size_t i = 0; i < count; ++i) {
      const Unit& unit = units[first + i];
      const plan::ModelConfig& config = unit.request->package->plans.config();
      const auto tables = tables_.of(unit.image().plan, config, spec.type);
      preprocess::CudaImage& image = batch.images[i];
      image = {};
      image.values = tables.values;  // an image that failed is all canvas
      if (unit.result().error) continue;
      image =
          preprocess::DescribeImage(pixels_.on_device(work_[first + i].pixels), *unit.image().plan,
                                    config, tables.columns, tables.rows, tables.values);
    }
    batch.input = static_cast<uint8_t*>(input) + first * bytes;
    const cuda::LaunchShape shape{
        {Blocks(batch.width, preprocess::kCudaBlockWidth),
         Blocks(batch.height, preprocess::kCudaBlockHeight), static_cast<unsigned>(count)},
        {preprocess::kCudaBlockWidth, preprocess::kCudaBlockHeight, 1}};
    steps_.launch(preprocess_kernel_, shape, batch);
  }
}

// Copies of the tensors, where they were asked for.
void DeviceBatch::capture(void* input, const std::vector<ConstPlanes>& logits) {
  const plan::Geometry& g = units.front().geometry();
  const DataType type = session_.info().input.type;
  const PlaneShape shape{3, g.input_height, g.input_width};
  const size_t bytes = shape.elements() * ByteSize(type);
  for (size_t i = 0; i < units.size(); ++i) {
    const Unit& unit = units[i];
    if (!unit.request->options.capture || unit.result().error) continue;
    const auto* const image = static_cast<const uint8_t*>(input) + i * bytes;
    for (const ConstPlanes& planes : {ConstPlanes{image, type, shape}, logits[i]}) {
      const size_t size = planes.shape.elements() * ByteSize(planes.type);
      CapturedTensor tensor{planes.type, planes.shape, BufferPool::Instance().acquire(size)};
      steps_.download(tensor.data.data(), Address(planes.data), size);
      unit.result().tensors.push_back(std::move(tensor));
    }
  }
}

void DeviceBatch::postprocess() {
  if (!ran_) return;
  Times::Spent spent{};
  Guarded(units, [&] {
    try {
      const cuda::Current current(*device_);
      times_.end.wait();
    } catch (...) {
      drain();
      throw;
    }
    const cuda::Current current(*device_);
    spent = times_.spent(is_whole_);
    network_ms_ = spent.network;
    // Batches are compared with one another, those that are one launch with those that are not yet.
    if (graphs_) network_ms_ += spent.before + spent.after;
    maps_.finish();
  });
  const auto images = static_cast<double>(units.size());
  for (size_t i = 0; i < units.size(); ++i) {
    Timings& timings = units[i].result().timings;
    timings.preprocess += spent.before / images;
    timings.network = spent.network;
    timings.postprocess = spent.after / images;
    Guarded(units[i], [&] { finish(i); });
  }
}

void DeviceBatch::finish(size_t index) {
  const Unit& unit = units[index];
  ImageResult& result = unit.result();
  const Work& work = work_[index];
  const HostBuffer& counter = mapped_counters_ != 0 ? counters_ : work.counter;
  result.non_finite = counter.as<uint32_t>()[mapped_counters_ != 0 ? index : 0];
  if (work.areas) {
    const size_t count = static_cast<size_t>(unit.request->package->id_count);
    result.class_areas = BufferPool::Instance().acquire(count * sizeof(int64_t));
    std::copy_n(work.counts.as<uint32_t>(), count, result.class_areas.as<int64_t>());
  }
  RefuseNonFinite(unit);
}

// Until the device touches nothing of this batch. A lost device touches nothing any more; one that
// refuses for another reason is asked again.
void DeviceBatch::drain() noexcept {
  for (int tries = 0; tries < 3 && !device_->is_lost(); ++tries) {
    try {
      const cuda::Current current(*device_);
      return stream_->synchronize();
    } catch (...) {
    }
  }
}

void DeviceBatch::clear() noexcept {
  Batch::clear();
  work_.clear();
  pixels_.clear();
  maps_.clear();
  tables_.trim();
  staged_ = 0;
}

double DeviceBatch::run_on_zeros(int images, int height, int width) {
  const cuda::Current current(*device_);
  void* const input = slot_.prepare(images, height, width);
  stream_->fill(Address(input), 0,
                static_cast<size_t>(images) * InputBytes(session_.info().input, height, width));
  times_.begin.record(*stream_);
  slot_.run();
  times_.end.record(*stream_);
  times_.end.wait();
  return times_.end.milliseconds_since(times_.begin);
}

}  // namespace deeplab::pipeline
