#include "preprocess/launch_cuda.h"

#include <cstring>

#include "preprocess/normalize.h"

namespace deeplab::preprocess {
namespace {

template <typename T>
std::vector<uint8_t> Values(const plan::ModelConfig& config) {
  const int canvas = config.resize_mode == plan::ResizeMode::kLetterbox ? config.padding_value : 0;
  std::vector<T> values;
  values.reserve(3 * kCudaValues);
  for (int c = 0; c < 3; ++c) {
    for (int v = 0; v < kCudaValues; ++v) {
      const int byte = v + 1 < kCudaValues ? v : canvas;
      values.push_back(FromFloat<T>(Normalize(static_cast<float>(byte), config, c)));
    }
  }
  std::vector<uint8_t> bytes(values.size() * sizeof(T));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

}  // namespace

std::vector<int32_t> PackTaps(const plan::FixedTaps& taps) {
  std::vector<int32_t> entries;
  entries.reserve(4 * taps.first.size());
  for (const auto* part : {&taps.first, &taps.second, &taps.first_weight, &taps.second_weight}) {
    entries.insert(entries.end(), part->begin(), part->end());
  }
  return entries;
}

std::vector<uint8_t> PackValues(const plan::ModelConfig& config, DataType type) {
  return type == DataType::kFloat32 ? Values<float>(config) : Values<uint16_t>(config);
}

CudaImage DescribeImage(const ImageView& image, const plan::PreprocessPlan& plan,
                        const plan::ModelConfig& config, const int32_t* columns,
                        const int32_t* rows, const void* values) {
  const plan::Geometry& g = plan.geometry;
  const bool cropped = plan.contrast != plan::Contrast::kNone;
  const bool blue_first = BlueFirst(image.format);
  CudaImage result{};
  result.pixels = image.data;
  result.values = values;
  result.stride = image.stride;
  result.columns = {columns, plan.columns.size(), 0};
  result.rows = {rows, plan.rows.size(), 0};
  result.used_x = g.used.x + (cropped ? 0 : g.crop.x);
  result.used_y = g.used.y + (cropped ? 0 : g.crop.y);
  result.placed_x = g.placed.x;
  result.placed_y = g.placed.y;
  result.placed_width = g.placed.width;
  result.placed_height = g.placed.height;
  result.step = Channels(image.format);
  result.red = blue_first ? 2 : 0;
  result.first_channel = blue_first == config.network_bgr ? 0 : 2;
  result.is_gray = image.format == ColorFormat::kGray;
  result.becomes_gray = plan.grayscale && !cropped && !result.is_gray;
  result.is_resized = !plan.same_size;
  if (image.format == ColorFormat::kNv12) {
    result.is_nv12 = 1;
    result.chroma = image.chroma_row(0);
    result.weights = WeightsOf(image.matrix, image.range);
  }
  return result;
}

}  // namespace deeplab::preprocess
