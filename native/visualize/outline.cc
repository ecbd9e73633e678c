#include "visualize/outline.h"

#include <algorithm>
#include <cstring>

namespace deeplab::visualize {
namespace {

// An id that has no outline; where all have one, it is not needed.
unsigned WithoutOutline(const OverlayJob& job) {
  for (int id = 0; id < job.color_count; ++id) {
    if (job.outline_colors[id] >> 24 == 0) return static_cast<unsigned>(id);
  }
  return static_cast<unsigned>(std::min(job.color_count, 65535));
}

}  // namespace

Outline::Outline(const OverlayJob& job, const Kernels& kernels)
    : job_(job), kernels_(kernels), nowhere_(WithoutOutline(job)) {
  marks_ = BufferPool::Instance().acquire(2 * static_cast<size_t>(job.width));
}

uint16_t Outline::region_of(unsigned id) const noexcept {
  const bool lined =
      id < static_cast<unsigned>(job_.color_count) && job_.outline_colors[id] >> 24 != 0;
  return static_cast<uint16_t>(lined ? id : nowhere_);
}

const uint16_t* Outline::row(int64_t y) const noexcept {
  return ids_.as<uint16_t>() + (y - first_) * job_.width;
}

void Outline::read(int64_t begin, int64_t end) {
  first_ = std::max<int64_t>(0, begin - job_.outline_width);
  const int64_t last = std::min<int64_t>(job_.height, end + job_.outline_width);
  const int64_t from = first_ * job_.width, count = (last - first_) * job_.width;
  const auto bytes = static_cast<size_t>(count) * sizeof(uint16_t);
  if (ids_.size() < bytes) ids_ = BufferPool::Instance().acquire(bytes);
  auto* const to = ids_.as<uint16_t>();
  if (job_.id_bytes == 1) {
    uint16_t regions[256];
    for (unsigned id = 0; id < 256; ++id) regions[id] = region_of(id);
    const auto* ids = static_cast<const uint8_t*>(job_.ids) + from;
    for (int64_t i = 0; i < count; ++i) to[i] = regions[ids[i]];
  } else {
    const auto* ids = static_cast<const uint16_t*>(job_.ids) + from;
    for (int64_t i = 0; i < count; ++i) to[i] = region_of(ids[i]);
  }
}

// A pixel is near another region if, within the width to its left or right, there is a pixel of
// another region in its own row, or one with another region above or below it.
const uint8_t* Outline::edges(int64_t y) {
  const int width = job_.width, reach = job_.outline_width;
  uint8_t* const above = marks_.as<uint8_t>();  // another region above or below
  uint8_t* const edges = above + width;
  std::memset(above, 0, static_cast<size_t>(width));
  const uint16_t* const ids = row(y);
  const int64_t top = std::max<int64_t>(0, y - reach);
  const int64_t bottom = std::min<int64_t>(job_.height - 1, y + reach);
  for (int64_t other = top; other <= bottom; ++other) {
    if (other != y) kernels_.differ(ids, row(other), width, above);
  }
  std::memcpy(edges, above, static_cast<size_t>(width));
  for (int d = 1; d <= std::min(reach, width - 1); ++d) {
    kernels_.spread(above + d, width - d, edges);
    kernels_.spread(above, width - d, edges + d);
    kernels_.differ(ids, ids + d, width - d, edges);
    kernels_.differ(ids, ids + d, width - d, edges + d);
  }
  return edges;
}

}  // namespace deeplab::visualize
