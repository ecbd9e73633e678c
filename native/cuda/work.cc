#include "cuda/work.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace deeplab::cuda {
namespace {

bool Same(const LaunchShape::Size& a, const LaunchShape::Size& b) {
  return a.x == b.x && a.y == b.y && a.z == b.z;
}

bool Same(const LaunchShape& a, const LaunchShape& b) {
  return Same(a.grid, b.grid) && Same(a.block, b.block) && a.shared_bytes == b.shared_bytes;
}

// Whether a graph with the one can be set to do the other. Fills are few, and mostly at the same
// places: one that moves makes another graph.
bool AreAlike(const Work::Step& a, const Work::Step& b) {
  if (a.kind != b.kind || a.kernel != b.kernel) return false;
  switch (a.kind) {
    case Work::Kind::kUpload:
    case Work::Kind::kDownload:
      return true;
    case Work::Kind::kFill:
      return a.device == b.device && a.value == b.value && a.bytes == b.bytes;
    case Work::Kind::kLaunch:
      return a.bytes == b.bytes;
  }
  return false;
}

}  // namespace

void Work::upload(CUdeviceptr to, const void* from, size_t bytes) {
  if (bytes == 0) return;
  steps_.push_back({Kind::kUpload, bytes, to, const_cast<void*>(from), 0, nullptr, {}, 0});
}

void Work::download(void* to, CUdeviceptr from, size_t bytes) {
  if (bytes == 0) return;
  steps_.push_back({Kind::kDownload, bytes, from, to, 0, nullptr, {}, 0});
}

void Work::fill(CUdeviceptr to, unsigned char value, size_t bytes) {
  if (bytes == 0) return;
  steps_.push_back({Kind::kFill, bytes, to, nullptr, value, nullptr, {}, 0});
}

void Work::add_launch(const Kernel& kernel, const LaunchShape& shape, const void* parameter,
                      size_t bytes) {
  kernel.prepare(shape);
  constexpr size_t kAlignment = alignof(std::max_align_t);
  const size_t at = (parameters_.size() + kAlignment - 1) / kAlignment * kAlignment;
  parameters_.resize(at + bytes);
  std::memcpy(parameters_.data() + at, parameter, bytes);
  steps_.push_back({Kind::kLaunch, bytes, 0, nullptr, 0, &kernel, shape, at});
}

void Work::clear() noexcept {
  steps_.clear();
  parameters_.clear();
}

void* Work::parameter(const Step& step) const noexcept {
  return const_cast<uint8_t*>(parameters_.data()) + step.at;
}

void Work::give(const Stream& stream, size_t number) const {
  const Step& step = steps_[number];
  switch (step.kind) {
    case Kind::kUpload:
      return stream.upload(step.device, step.host, step.bytes);
    case Kind::kDownload:
      return stream.download(step.host, step.device, step.bytes);
    case Kind::kFill:
      return stream.fill(step.device, step.value, step.bytes);
    case Kind::kLaunch:
      void* parameters[] = {parameter(step), nullptr};
      return step.kernel->launch_with(stream, step.shape, parameters);
  }
}

bool Work::is_like(const Work& other) const noexcept {
  return std::equal(steps_.begin(), steps_.end(), other.steps_.begin(), other.steps_.end(),
                    AreAlike);
}

bool Work::has_same(size_t number, const Work& other) const noexcept {
  const Step& a = steps_[number];
  const Step& b = other.steps_[number];
  if (a.bytes != b.bytes || a.device != b.device || a.host != b.host) return false;
  if (a.kind != Kind::kLaunch) return true;
  return Same(a.shape, b.shape) && std::memcmp(parameter(a), other.parameter(b), a.bytes) == 0;
}

void Work::take(size_t number, const Work& other) noexcept {
  Step& own = steps_[number];
  const size_t at = own.at;
  own = other.steps_[number];
  own.at = at;
  if (own.kind == Kind::kLaunch) {
    std::memcpy(parameter(own), other.parameter(other.steps_[number]), own.bytes);
  }
}

}  // namespace deeplab::cuda
