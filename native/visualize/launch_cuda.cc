#include "visualize/launch_cuda.h"

namespace deeplab::visualize {

CudaOverlay DescribeOverlay(const OverlayJob& job) {
  const ImageView& picture = *job.picture;
  CudaOverlay overlay{};
  overlay.pixels = picture.data;
  overlay.stride = picture.stride;
  overlay.ids = job.ids;
  overlay.colors = job.colors;
  overlay.rgba = reinterpret_cast<uint32_t*>(job.rgba);
  overlay.width = job.width;
  overlay.height = job.height;
  overlay.color_count = job.color_count;
  overlay.weight = job.weight;
  overlay.step = Channels(picture.format);
  overlay.red = BlueFirst(picture.format) ? 2 : 0;
  overlay.id_bytes = static_cast<uint8_t>(job.id_bytes);
  if (picture.format == ColorFormat::kNv12) {
    overlay.is_nv12 = 1;
    overlay.chroma = picture.chroma_row(0);
    overlay.weights = WeightsOf(picture.matrix, picture.range);
  }
  return overlay;
}

}  // namespace deeplab::visualize
