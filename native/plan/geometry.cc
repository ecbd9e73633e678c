#include "plan/geometry.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/error.h"

namespace deeplab::plan {
namespace {

std::string Size(int width, int height) {
  return std::to_string(width) + "×" + std::to_string(height);
}

// A whole percent of an extent, truncated in double as the reference does.
int Percent(int percent, int extent) { return static_cast<int>(percent / 100.0 * extent); }

Rect CropRect(const StaticCrop& crop, int width, int height) {
  const int x0 = Percent(crop.x_min, width), y0 = Percent(crop.y_min, height);
  const int x1 = std::min(Percent(crop.x_max, width), width);
  const int y1 = std::min(Percent(crop.y_max, height), height);
  if (x0 < 0 || y0 < 0 || x0 >= x1 || y0 >= y1) {
    throw Error(ErrorCode::kImageEmptyCrop,
                "The package's static crop leaves nothing of a " + Size(width, height) +
                    " image: x " + std::to_string(crop.x_min) + "–" + std::to_string(crop.x_max) +
                    " %, y " + std::to_string(crop.y_min) + "–" + std::to_string(crop.y_max) +
                    " %.",
                {{"image", Size(width, height)}});
  }
  return {x0, y0, x1 - x0, y1 - y0};
}

void Stretch(Geometry& g) {
  g.used = {0, 0, g.crop.width, g.crop.height};
  g.placed = {0, 0, g.input_width, g.input_height};
  g.scale_x = static_cast<double>(g.input_width) / g.crop.width;
  g.scale_y = static_cast<double>(g.input_height) / g.crop.height;
}

void Letterbox(Geometry& g) {
  const double scale = std::min(static_cast<double>(g.input_width) / g.crop.width,
                                static_cast<double>(g.input_height) / g.crop.height);
  const int width = static_cast<int>(g.crop.width * scale);
  const int height = static_cast<int>(g.crop.height * scale);
  if (width <= 0 || height <= 0) {
    throw Error(ErrorCode::kImageTooThin,
                "An image of " + Size(g.crop.width, g.crop.height) + " letterboxed into " +
                    Size(g.input_width, g.input_height) + " would be " + Size(width, height) +
                    " pixels: one side vanishes.",
                {{"image", Size(g.crop.width, g.crop.height)},
                 {"input", Size(g.input_width, g.input_height)}});
  }
  g.used = {0, 0, g.crop.width, g.crop.height};
  g.placed = {(g.input_width - width) / 2, (g.input_height - height) / 2, width, height};
  g.pad_left = g.placed.x;
  g.pad_top = g.placed.y;
  g.pad_right = g.input_width - g.placed.x - width;
  g.pad_bottom = g.input_height - g.placed.y - height;
  g.scale_x = g.scale_y = scale;
}

// One axis of center-crop: a larger image is cut, a smaller one centred.
void CenterAxis(int crop, int input, int* used, int* placed, int* length, int* before, int* after) {
  const int cut = std::max(crop - input, 0), room = std::max(input - crop, 0);
  *used = cut / 2;
  *placed = room / 2;
  *length = std::min(crop, input);
  *before = input > crop ? *placed : -*used;
  *after = input > crop ? room - *placed : -(cut - *used);
}

void CenterCrop(Geometry& g) {
  CenterAxis(g.crop.width, g.input_width, &g.used.x, &g.placed.x, &g.used.width, &g.pad_left,
             &g.pad_right);
  CenterAxis(g.crop.height, g.input_height, &g.used.y, &g.placed.y, &g.used.height, &g.pad_top,
             &g.pad_bottom);
  g.placed.width = g.used.width;
  g.placed.height = g.used.height;
}

}  // namespace

Geometry ComputeGeometry(const ModelConfig& config, const Overrides& overrides, int source_width,
                         int source_height) {
  Geometry g;
  g.source_width = source_width;
  g.source_height = source_height;
  const bool cropped = config.static_crop.enabled && !overrides.disable_static_crop;
  g.crop = cropped ? CropRect(config.static_crop, source_width, source_height)
                   : Rect{0, 0, source_width, source_height};
  g.input_width = config.input_width > 0 ? config.input_width : g.crop.width;
  g.input_height = config.input_height > 0 ? config.input_height : g.crop.height;
  switch (config.resize_mode) {
    case ResizeMode::kStretch:
      Stretch(g);
      break;
    case ResizeMode::kLetterbox:
      Letterbox(g);
      break;
    case ResizeMode::kCenterCrop:
      CenterCrop(g);
      break;
  }
  // A crop that starts at 0,0 gives maps of the crop's size, even if it cut the other edges.
  const bool canvas = g.crop.x > 0 || g.crop.y > 0;
  g.map_width = canvas ? source_width : g.crop.width;
  g.map_height = canvas ? source_height : g.crop.height;
  g.map_x = g.crop.x;
  g.map_y = g.crop.y;
  return g;
}

Window LogitsWindow(int logits_size, int input_size, int pad_before, int pad_after) {
  const double scale = static_cast<double>(logits_size) / input_size;
  // nearbyint in the default rounding mode is Python's round(): half to even.
  const int before = static_cast<int>(std::nearbyint(scale * pad_before));
  const int after = static_cast<int>(std::nearbyint(scale * pad_after));
  return {before, logits_size - after};
}

}  // namespace deeplab::plan
