// The second half of a batch's way on a GPU: post-processing, overlays, and what comes down.
#include <algorithm>
#include <cstring>

#include "pipeline/batch_cuda.h"
#include "pipeline/unit_steps.h"
#include "visualize/launch_cuda.h"

namespace deeplab::pipeline {
namespace {

unsigned Blocks(int size, int block) { return static_cast<unsigned>((size + block - 1) / block); }

template <typename T>
T* Pointer(cuda::CUdeviceptr address) {
  return reinterpret_cast<T*>(address);
}

cuda::LaunchShape Shape(const postprocess::CudaLaunch& launch) {
  return {{launch.grid[0], launch.grid[1], launch.grid[2]},
          {launch.block[0], launch.block[1], launch.block[2]},
          launch.shared_bytes};
}

}  // namespace

// What was asked for, in the order in which it comes down.
void DeviceBatch::add_parts(size_t index) {
  const Unit& unit = units[index];
  const Package& package = *unit.request->package;
  const Include& include = unit.request->options.include;
  ImageResult& result = unit.result();
  Work& work = work_[index];
  result.width = result.geometry.map_width;
  result.height = result.geometry.map_height;
  const size_t pixels = static_cast<size_t>(result.width) * result.height;
  maps_.begin_image();
  if (include.confidence) {
    work.confidence =
        maps_.add(pixels * sizeof(float), unit.image().out_confidence, &result.confidence);
  }
  if (include.ids || include.overlay) {
    HostBuffer* const into = include.ids ? &result.ids : nullptr;
    work.ids = maps_.add(pixels * package.id_bytes, unit.image().out_ids, into);
  }
  if (!include.probabilities.empty()) {
    work.probabilities = maps_.add(include.probabilities.size() * pixels * sizeof(float), nullptr,
                                   &result.probabilities);
  }
  if (include.overlay) {
    work.overlay = maps_.add(pixels * sizeof(uint32_t), nullptr, &result.overlay);
  }
  if (include.class_areas) {
    work.areas = maps_.add(package.id_count * sizeof(uint32_t), nullptr, &work.counts);
  }
  if (mapped_counters_ == 0) {
    work.non_finite = maps_.add(sizeof(uint32_t), nullptr, &work.counter);
  }
}

cuda::CUdeviceptr DeviceBatch::counter(size_t index) const {
  if (mapped_counters_ != 0) return mapped_counters_ + index * sizeof(uint32_t);
  return maps_.address(work_[index].non_finite);
}

// Kernels add to counters.
void DeviceBatch::clear_counters() {
  if (mapped_counters_ != 0) std::memset(counters_.data(), 0, counters_.size());
  for (size_t i = 0; i < units.size(); ++i) {
    if (units[i].result().error) continue;
    if (mapped_counters_ == 0) steps_.fill(counter(i), 0, sizeof(uint32_t));
    if (!work_[i].areas) continue;
    const size_t bytes = units[i].request->package->id_count * sizeof(uint32_t);
    if (void* const areas = maps_.on_host(*work_[i].areas)) {
      std::memset(areas, 0, bytes);
    } else {
      steps_.fill(maps_.address(*work_[i].areas), 0, bytes);
    }
  }
}

void DeviceBatch::send_output(const std::vector<ConstPlanes>& logits) {
  for (size_t i = 0; i < units.size(); ++i) {
    if (!units[i].result().error) add_parts(i);
  }
  maps_.place();
  clear_counters();
  launch_postprocess(logits);
  for (size_t i = 0; i < units.size(); ++i) {
    if (!units[i].result().error && work_[i].overlay) paint_overlay(i);
  }
  maps_.send(&steps_);
}

postprocess::CudaMap DeviceBatch::describe_map(size_t index, const ConstPlanes& logits,
                                               int* widest) {
  const Unit& unit = units[index];
  const Package& package = *unit.request->package;
  const plan::Geometry& g = unit.result().geometry;
  const auto plan = package.plans.postprocess(g, static_cast<int>(logits.shape.width),
                                              static_cast<int>(logits.shape.height));
  const auto tables = tables_.of(plan);
  const auto& thresholds = unit.request->options.thresholds;
  const auto& asked = unit.request->options.include.probabilities;
  const auto* const on_device = static_cast<const float*>(
      tables_.constant(thresholds.data(), thresholds.size() * sizeof(float)));
  postprocess::CudaMap map = postprocess::DescribeMap(logits.data, *plan, g, ClassesOf(unit),
                                                      tables.columns, tables.rows, on_device);
  *widest = std::max(*widest, tables.widest_tile);
  const Work& work = work_[index];
  const auto part = [&](const std::optional<size_t>& number) {
    return number ? maps_.address(*number) : cuda::CUdeviceptr{0};
  };
  map.id_bytes = static_cast<uint8_t>(package.id_bytes);
  map.ids = Pointer<void>(part(work.ids));
  map.confidence = Pointer<void>(part(work.confidence));
  map.probabilities = Pointer<float>(part(work.probabilities));
  map.areas = Pointer<uint32_t>(part(work.areas));
  map.non_finite = Pointer<uint32_t>(counter(index));
  if (!asked.empty()) {
    map.asked = static_cast<const uint16_t*>(
        tables_.constant(asked.data(), asked.size() * sizeof(uint16_t)));
    map.asked_count = static_cast<int32_t>(asked.size());
  }
  return map;
}

void DeviceBatch::launch_postprocess(const std::vector<ConstPlanes>& logits) {
  int count = 0, widest = 0;
  const auto launch = [&] {
    if (count == 0) return;
    const auto made =
        postprocess::CompleteLaunch(&postprocess_, count, logits.front().shape, widest);
    steps_.launch(postprocess_kernel_, Shape(made), postprocess_);
    postprocess_ = {};  // equal requests are to be equal to the last byte
    count = widest = 0;
  };
  for (size_t i = 0; i < units.size(); ++i) {
    if (units[i].result().error) continue;
    postprocess_.maps[count++] = describe_map(i, logits[i], &widest);
    if (count == postprocess::kCudaImages) launch();
  }
  launch();
}

void DeviceBatch::paint_overlay(size_t index) {
  const Unit& unit = units[index];
  const OverlayStyle& style = unit.request->options.overlay;
  const ImageView picture = pixels_.on_device(work_[index].picture);
  visualize::OverlayJob job{};
  job.picture = &picture;
  job.ids = Pointer<const void>(maps_.address(*work_[index].ids));
  job.id_bytes = unit.request->package->id_bytes;
  job.width = unit.result().width;
  job.height = unit.result().height;
  job.colors = static_cast<const uint32_t*>(
      tables_.constant(style.colors.data(), style.colors.size() * sizeof(uint32_t)));
  job.color_count = static_cast<int>(style.colors.size());
  job.weight = style.weight;
  job.rgba = Pointer<uint8_t>(maps_.address(*work_[index].overlay));
  const cuda::LaunchShape shape{{Blocks(job.width, visualize::kCudaBlockWidth),
                                 Blocks(job.height, visualize::kCudaBlockHeight), 1},
                                {visualize::kCudaBlockWidth, visualize::kCudaBlockHeight, 1}};
  steps_.launch(overlay_kernel_, shape, visualize::DescribeOverlay(job));
}

}  // namespace deeplab::pipeline
