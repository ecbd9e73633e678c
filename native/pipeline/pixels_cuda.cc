#include "pipeline/pixels_cuda.h"

#include <cstring>
#include <utility>

#include "core/copy.h"
#include "cuda/pinned_source.h"

namespace deeplab::pipeline {
namespace {

// Rows of pictures begin where a row of memory transactions does.
constexpr size_t kAlignment = 256;

size_t Bytes(const ImageView& view) { return static_cast<size_t>(ByteLength(view)); }

size_t DenseBytes(const ImageView& view) {
  return static_cast<size_t>(RowBytes(view.format, view.width) *
                             RowCount(view.format, view.height));
}

// Memory that was pinned for a picture before it was copied.
class Taken final : public BufferSource {
 public:
  explicit Taken(HostBuffer buffer) : buffer_(std::move(buffer)) {}
  explicit operator bool() const noexcept { return static_cast<bool>(buffer_); }
  HostBuffer acquire(size_t) override { return std::move(buffer_); }

 private:
  HostBuffer buffer_;
};

}  // namespace

PixelUpload::PixelUpload(const infer::DeviceSlot& slot)
    : exchange_(slot.exchange()), buffer_(slot, "The pictures of a batch") {}

size_t PixelUpload::add(const ImageView& view, HostBuffer memory) {
  Picture picture;
  picture.view = view;
  picture.memory = std::move(memory);
  // Also what was registered after the request was read: it may end before the device is done.
  HeldMemory::Hold(view.data, Bytes(view), &picture.holds);
  const cuda::PinnedMemory& pinned = exchange_.pinned->pinned_memory();
  const bool managed = exchange_.mode == cuda::MemoryMode::kManaged;
  if (!managed && !pinned.contains(view.data, Bytes(view))) {
    // Without such memory the driver copies by itself, through its own.
    Taken source(cuda::PinnedMemory::Acquire(exchange_.pinned, DenseBytes(view)));
    if (source) picture.memory = CopyPixels(&picture.view, source);
  }
  if (exchange_.mode == cuda::MemoryMode::kMapped) {
    picture.address = pinned.device_address(picture.view.data, Bytes(picture.view));
  }
  pictures_.push_back(std::move(picture));
  return pictures_.size() - 1;
}

void PixelUpload::send(cuda::Work* work) {
  size_t bytes = 0;
  for (Picture& picture : pictures_) {
    if (picture.address != 0) continue;
    picture.offset = bytes;
    bytes += (Bytes(picture.view) + kAlignment - 1) / kAlignment * kAlignment;
  }
  const cuda::CUdeviceptr base = buffer_.grow(bytes);
  for (Picture& picture : pictures_) {
    if (picture.address != 0) continue;
    picture.address = base + picture.offset;
    if (exchange_.mode == cuda::MemoryMode::kManaged) {
      std::memcpy(buffer_.on_host() + picture.offset, picture.view.data, Bytes(picture.view));
    } else {
      work->upload(picture.address, picture.view.data, Bytes(picture.view));
    }
  }
}

ImageView PixelUpload::on_device(size_t number) const {
  ImageView view = pictures_[number].view;
  view.data = reinterpret_cast<const uint8_t*>(pictures_[number].address);
  return view;
}

}  // namespace deeplab::pipeline
