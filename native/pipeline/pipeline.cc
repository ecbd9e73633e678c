#include "pipeline/pipeline.h"

#include <algorithm>
#include <cstring>

#include "postprocess/postprocess.h"
#include "preprocess/preprocess.h"

namespace deeplab::pipeline {
namespace {

using Clock = Request::Clock;

double Milliseconds(Clock::time_point from, Clock::time_point to) {
  return std::chrono::duration<double, std::milli>(to - from).count();
}

CapturedTensor Capture(const ConstPlanes& planes) {
  const size_t bytes = planes.shape.elements() * ByteSize(planes.type);
  CapturedTensor tensor{planes.type, planes.shape, BufferPool::Instance().acquire(bytes)};
  std::memcpy(tensor.data.data(), planes.data, bytes);
  return tensor;
}

// pixels → the unit's slot of the session's input
void Preprocess(const Unit& unit, const MutablePlanes& slot, ThreadPool& pool) {
  const auto start = Clock::now();
  Request& request = *unit.request;
  ImageResult& result = request.results[unit.index];
  result.geometry = unit.geometry();
  result.timings.queue = Milliseconds(request.submitted, start);
  preprocess::PreprocessCpu(unit.image().view, *unit.image().plan, request.package->plans.config(),
                            slot, pool);
  if (request.options.capture) {
    result.tensors.push_back(Capture({slot.data, slot.type, slot.shape}));
  }
  result.timings.preprocess = Milliseconds(start, Clock::now());
}

// logits → the unit's two maps
void Postprocess(const Unit& unit, const ConstPlanes& logits, ThreadPool& pool) {
  const auto start = Clock::now();
  Request& request = *unit.request;
  const Package& package = *request.package;
  ImageResult& result = request.results[unit.index];
  const plan::Geometry& g = result.geometry;
  if (request.options.capture) result.tensors.push_back(Capture(logits));

  const auto plan = package.plans.postprocess(g, static_cast<int>(logits.shape.width),
                                              static_cast<int>(logits.shape.height));
  const size_t pixels = static_cast<size_t>(g.map_width) * g.map_height;
  result.width = g.map_width;
  result.height = g.map_height;
  result.ids = BufferPool::Instance().acquire(pixels * package.id_bytes);
  result.confidence = BufferPool::Instance().acquire(pixels * sizeof(float));
  const postprocess::ClassTable classes{
      package.id_of_channel, request.options.thresholds,
      static_cast<uint16_t>(package.plans.config().background_id)};
  result.non_finite = postprocess::PostprocessCpu(
      logits, *plan, g, classes,
      {result.ids.data(), package.id_bytes, result.confidence.as<float>()}, pool);
  result.timings.postprocess = Milliseconds(start, Clock::now());

  if (result.non_finite > 0 && request.options.strict) {
    throw Error(
        ErrorCode::kNonFiniteLogits,
        std::to_string(result.non_finite) + " pixels have logits that are not finite numbers.",
        {{"index", std::to_string(unit.index)},
         {"nonFinitePixels", std::to_string(result.non_finite)}});
  }
}

}  // namespace

void RunBatch(infer::Session& session, const std::vector<Unit>& units, ThreadPool& pool) {
  const infer::SessionInfo& info = session.info();
  const plan::Geometry& g = units.front().geometry();
  const PlaneShape shape{3, g.input_height, g.input_width};
  const int batch = std::max(static_cast<int>(units.size()), session.limits().min_batch);
  const size_t slot_bytes = shape.elements() * ByteSize(info.input.type);

  uint8_t* input = static_cast<uint8_t*>(session.prepare(batch, g.input_height, g.input_width));
  for (size_t i = 0; i < units.size(); ++i) {
    Preprocess(units[i], {input + i * slot_bytes, info.input.type, shape}, pool);
  }
  std::memset(input + units.size() * slot_bytes, 0, (batch - units.size()) * slot_bytes);

  const auto start = Clock::now();
  const std::vector<ConstPlanes>& logits = session.run();
  const double network = Milliseconds(start, Clock::now());

  for (size_t i = 0; i < units.size(); ++i) {
    Request& request = *units[i].request;
    request.results[units[i].index].timings.network = network;
    if (request.error) continue;  // an earlier image of it failed
    try {
      Postprocess(units[i], logits[i], pool);
    } catch (const Error& error) {
      request.error = error;
    }
  }
}

}  // namespace deeplab::pipeline
