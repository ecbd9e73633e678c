#include "pipeline/maps_cuda.h"

#include <cstring>

#include "cuda/pinned_memory.h"

namespace deeplab::pipeline {
namespace {

constexpr size_t kRegionAlignment = 256;
constexpr size_t kPartAlignment = 4;  // of the widest element

size_t RoundUp(size_t bytes, size_t alignment) {
  return (bytes + alignment - 1) / alignment * alignment;
}

}  // namespace

MapDownload::MapDownload(const infer::DeviceSlot& slot)
    : exchange_(slot.exchange()), buffer_(slot, "The maps of a batch") {}

void MapDownload::begin_image() { images_.emplace_back(); }

size_t MapDownload::add(size_t bytes, void* direct, HostBuffer* into) {
  Part part{bytes, direct, into, images_.size() - 1, 0, 0, 0, false};
  // Also what was registered after the request was read: it may end before the device is done.
  if (direct != nullptr) HeldMemory::Hold(direct, bytes, &holds_);
  if (is_shared(part)) {
    size_t& shared = images_.back().shared;
    part.offset = RoundUp(shared, kPartAlignment);
    shared = part.offset + bytes;
  }
  parts_.push_back(part);
  return parts_.size() - 1;
}

// Pinned memory as far as there is some; the rest is copied once more by the driver.
void MapDownload::place_blocks() {
  if (exchange_.mode == cuda::MemoryMode::kManaged) return;
  for (Image& image : images_) {
    if (image.shared == 0) continue;
    image.block = cuda::PinnedMemory::Acquire(exchange_.pinned, image.shared);
    if (image.block && exchange_.mode == cuda::MemoryMode::kMapped) {
      image.mapped =
          exchange_.pinned->pinned_memory().device_address(image.block.data(), image.shared);
    }
  }
}

void MapDownload::place() {
  place_blocks();
  const cuda::PinnedMemory& pinned = exchange_.pinned->pinned_memory();
  const bool in_place = exchange_.mode == cuda::MemoryMode::kMapped;
  region_of_image_.clear();
  size_t bytes = 0;
  for (const Image& image : images_) {
    region_of_image_.push_back(bytes);
    if (image.mapped == 0) bytes = RoundUp(bytes + image.shared, kRegionAlignment);
  }
  for (Part& part : parts_) {
    const Image& image = images_[part.image];
    if (is_shared(part)) {
      part.address = image.mapped == 0 ? 0 : image.mapped + part.offset;
      part.region = region_of_image_[part.image] + part.offset;
      continue;
    }
    if (in_place && part.direct != nullptr) {
      part.address = pinned.device_address(part.direct, part.bytes);
    }
    if (part.address != 0) continue;
    part.region = bytes;
    bytes = RoundUp(bytes + part.bytes, kRegionAlignment);
  }
  base_ = buffer_.grow(bytes);
  for (Part& part : parts_) {
    part.is_ours = part.address == 0;
    if (part.is_ours) part.address = base_ + part.region;
  }
  own_memory();
}

// Of the parts that no pinned block is there for.
void MapDownload::own_memory() {
  for (const Part& part : parts_) {
    if (is_shared(part) && !images_[part.image].block) {
      *part.into = BufferPool::Instance().acquire(part.bytes);
    }
  }
}

void* MapDownload::target(const Part& part) const noexcept {
  if (part.direct != nullptr) return part.direct;
  return part.into == nullptr ? nullptr : part.into->data();
}

void* MapDownload::on_host(size_t number) const noexcept {
  const Part& part = parts_[number];
  const Image& image = images_[part.image];
  if (!is_shared(part) || image.mapped == 0) return nullptr;
  return image.block.as<uint8_t>() + part.offset;
}

void MapDownload::send(cuda::Work* work) const {
  if (exchange_.mode == cuda::MemoryMode::kManaged) return;
  for (size_t i = 0; i < images_.size(); ++i) {
    const Image& image = images_[i];
    if (!image.block || image.mapped != 0) continue;
    work->download(image.block.data(), base_ + region_of_image_[i], image.shared);
  }
  for (const Part& part : parts_) {
    if (!part.is_ours || (is_shared(part) && images_[part.image].block)) continue;
    if (void* const to = target(part)) work->download(to, part.address, part.bytes);
  }
}

void MapDownload::finish() {
  for (const Part& part : parts_) {
    const HostBuffer& block = images_[part.image].block;
    if (is_shared(part) && block) {
      *part.into = cuda::PinnedMemory::Share(exchange_.pinned, block, part.offset, part.bytes);
    } else if (exchange_.mode == cuda::MemoryMode::kManaged && target(part) != nullptr) {
      std::memcpy(target(part), buffer_.on_host() + part.region, part.bytes);
    }
  }
}

void MapDownload::clear() noexcept {
  parts_.clear();
  images_.clear();
  holds_.clear();
}

}  // namespace deeplab::pipeline
