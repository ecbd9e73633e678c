#include "pipeline/batch_host.h"

#include <algorithm>
#include <cstring>

#include "pipeline/unit_steps.h"
#include "visualize/overlay.h"

namespace deeplab::pipeline {
namespace {

using Clock = Request::Clock;

CapturedTensor Capture(const ConstPlanes& planes) {
  const size_t bytes = planes.shape.elements() * ByteSize(planes.type);
  CapturedTensor tensor{planes.type, planes.shape, BufferPool::Instance().acquire(bytes)};
  std::memcpy(tensor.data.data(), planes.data, bytes);
  return tensor;
}

// Memory of the caller where it gave some, else of the pool.
template <typename T>
T* Place(T* given, HostBuffer* buffer, size_t bytes) {
  if (given != nullptr) return given;
  *buffer = BufferPool::Instance().acquire(bytes);
  return buffer->as<T>();
}

// Where the results go that were asked for. `unasked_ids`: an overlay needs ids all the same.
postprocess::MapTarget MakeTarget(const Unit& unit, HostBuffer* unasked_ids) {
  const Package& package = *unit.request->package;
  const Include& include = unit.request->options.include;
  ImageResult& result = unit.result();
  const size_t pixels = static_cast<size_t>(result.width) * result.height;
  postprocess::MapTarget target;
  target.id_bytes = package.id_bytes;
  if (include.ids) {
    target.ids =
        Place(static_cast<uint8_t*>(unit.image().out_ids), &result.ids, pixels * package.id_bytes);
  } else if (include.overlay) {
    target.ids = Place<uint8_t>(nullptr, unasked_ids, pixels * package.id_bytes);
  }
  if (include.confidence) {
    target.confidence =
        Place(unit.image().out_confidence, &result.confidence, pixels * sizeof(float));
  }
  if (include.class_areas) {
    const size_t bytes = static_cast<size_t>(package.id_count) * sizeof(int64_t);
    target.class_areas = Place<int64_t>(nullptr, &result.class_areas, bytes);
    std::memset(target.class_areas, 0, bytes);
  }
  if (!include.probabilities.empty()) {
    target.channels = include.probabilities.data();
    target.channel_count = static_cast<int>(include.probabilities.size());
    target.probabilities = Place<float>(nullptr, &result.probabilities,
                                        include.probabilities.size() * pixels * sizeof(float));
  }
  return target;
}

// The picture with the classes' colours over it. A map begins at its picture's top left.
void PaintOverlay(const Unit& unit, const void* ids, ThreadPool& pool) {
  const OverlayStyle& style = unit.request->options.overlay;
  ImageResult& result = unit.result();
  visualize::OverlayJob job{};
  job.picture = &unit.image().view;
  job.ids = ids;
  job.id_bytes = unit.request->package->id_bytes;
  job.width = result.width;
  job.height = result.height;
  job.colors = style.colors.data();
  job.color_count = static_cast<int>(style.colors.size());
  job.weight = style.weight;
  const size_t bytes = static_cast<size_t>(result.width) * result.height * sizeof(uint32_t);
  job.rgba = Place<uint8_t>(nullptr, &result.overlay, bytes);
  visualize::PaintOverlay(job, pool);
}

// pixels → the image's part of the network's input
void Preprocess(const Unit& unit, const MutablePlanes& input, const Stages& stages,
                ThreadPool& pool) {
  const auto start = Clock::now();
  const Request& request = *unit.request;
  ImageResult& result = unit.result();
  result.geometry = unit.geometry();
  result.timings.queue = Milliseconds(request.submitted, start);
  stages.preprocess(unit.image().view, *unit.image().plan, request.package->plans.config(), input,
                    pool);
  if (request.options.capture)
    result.tensors.push_back(Capture({input.data, input.type, input.shape}));
  result.timings.preprocess = Milliseconds(start, Clock::now());
}

// logits → the image's maps and whatever else was asked for
void Postprocess(const Unit& unit, const ConstPlanes& logits, const Stages& stages,
                 ThreadPool& pool) {
  const auto start = Clock::now();
  const Request& request = *unit.request;
  const Package& package = *request.package;
  ImageResult& result = unit.result();
  const plan::Geometry& g = result.geometry;
  if (request.options.capture) result.tensors.push_back(Capture(logits));
  result.width = g.map_width;
  result.height = g.map_height;
  HostBuffer unasked_ids;
  const postprocess::MapTarget target = MakeTarget(unit, &unasked_ids);
  const auto plan = package.plans.postprocess(g, static_cast<int>(logits.shape.width),
                                              static_cast<int>(logits.shape.height));
  result.non_finite = stages.postprocess(logits, *plan, g, ClassesOf(unit), target, pool);
  if (request.options.include.overlay) PaintOverlay(unit, target.ids, pool);
  result.timings.postprocess = Milliseconds(start, Clock::now());
  RefuseNonFinite(unit);
}

}  // namespace

const Stages& HostStages() {
  static constexpr Stages kHost{
      [](const ImageView& image, const plan::PreprocessPlan& plan, const plan::ModelConfig& config,
         const MutablePlanes& target,
         ThreadPool& pool) { preprocess::PreprocessCpu(image, plan, config, target, pool); },
      [](const ConstPlanes& logits, const plan::PostprocessPlan& plan,
         const plan::Geometry& geometry, const postprocess::ClassTable& classes,
         const postprocess::MapTarget& target, ThreadPool& pool) {
        return postprocess::PostprocessCpu(logits, plan, geometry, classes, target, pool);
      }};
  return kHost;
}

HostBatch::HostBatch(infer::Session& session, infer::Slot& slot, const Stages& stages,
                     ThreadPool& pool)
    : Batch(session), slot_(slot), stages_(stages), pool_(pool) {}

void HostBatch::prepare(size_t images) {
  const plan::Geometry& g = units.front().geometry();
  prepared_ = 0;
  input_ =
      static_cast<uint8_t*>(slot_.prepare(static_cast<int>(images), g.input_height, g.input_width));
  prepared_ = images;
}

void HostBatch::preprocess(size_t capacity) {
  Guarded(units, [&] {
    const plan::Geometry& g = units.front().geometry();
    const DataType type = session_.info().input.type;
    const PlaneShape shape{3, g.input_height, g.input_width};
    if (prepared_ == 0) prepare(std::max({capacity, units.size(), min_batch()}));
    for (; preprocessed_ < units.size(); ++preprocessed_) {
      uint8_t* const input = input_ + preprocessed_ * shape.elements() * ByteSize(type);
      Guarded(units[preprocessed_], [&] {
        Preprocess(units[preprocessed_], {input, type, shape}, stages_, pool_);
      });
    }
  });
}

void HostBatch::run() {
  Guarded(units, [&] {
    if (AllFailed(units)) return;
    const size_t images = std::max(units.size(), min_batch());
    if (prepared_ != images) prepare(images);  // smaller than the room that was made
    const plan::Geometry& g = units.front().geometry();
    const size_t bytes = PlaneShape{3, g.input_height, g.input_width}.elements() *
                         ByteSize(session_.info().input.type);
    std::memset(input_ + units.size() * bytes, 0, (images - units.size()) * bytes);
    const auto start = Clock::now();
    logits_ = &slot_.run();
    network_ms_ = Milliseconds(start, Clock::now());
    ran_ = true;
  });
}

double HostBatch::run_on_zeros(int images, int height, int width) {
  const PlaneShape shape{3, height, width};
  void* const input = slot_.prepare(images, height, width);
  std::memset(
      input, 0,
      static_cast<size_t>(images) * shape.elements() * ByteSize(session_.info().input.type));
  const auto start = Clock::now();
  slot_.run();
  return Milliseconds(start, Clock::now());
}

void HostBatch::announce() const noexcept {
  if (logits_ == nullptr || units.size() != 1) return;
  const Request& request = *units.front().request;
  const Include& include = request.options.include;
  if (include.overlay || !include.probabilities.empty() || request.options.capture) return;
  const plan::Geometry& g = units.front().geometry();
  constexpr int64_t kMostValues = 1 << 17;  // some 20 µs
  const int64_t values = int64_t{g.map_width} * g.map_height * logits_->front().shape.channels;
  if (request.images.size() == 1 && values <= kMostValues) request.listener->soon();
}

void HostBatch::postprocess() {
  if (logits_ == nullptr) return;
  for (size_t i = 0; i < units.size(); ++i) {
    const Unit& unit = units[i];
    unit.result().timings.network = network_ms_;
    Guarded(unit, [&] { Postprocess(unit, (*logits_)[i], stages_, pool_); });
  }
}

void HostBatch::clear() noexcept {
  Batch::clear();
  prepared_ = preprocessed_ = 0;
  logits_ = nullptr;
}

}  // namespace deeplab::pipeline
