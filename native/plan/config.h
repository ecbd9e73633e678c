// What a package says about an image's way into the network and back: complete and range-checked by
// lib/packages, copied here by addon/. Shared, immutable, one per JavaScript handle.
#pragma once

#include <array>

namespace deeplab::plan {

enum class ResizeMode { kStretch, kLetterbox, kCenterCrop };
enum class Contrast { kNone, kAdaptive, kStretching, kHistogram };

struct StaticCrop {
  bool enabled = false;
  int x_min = 0, x_max = 100, y_min = 0, y_max = 100;  // whole percents
};

// An interpolation that was cut off the end of the network (headCut): the session's output is its
// input, and its taps join those of the final resize. Coordinates as in the ONNX operator Resize.
enum class CoordinateMode { kAlignCorners, kHalfPixel, kPytorchHalfPixel, kAsymmetric };

struct Head {
  bool cut = false;
  CoordinateMode mode = CoordinateMode::kHalfPixel;
  // Output / input as the graph states it; 0: it states sizes, and the scale is their quotient.
  float scale_x = 0, scale_y = 0;
  int output_width = 0, output_height = 0;  // 0: floor(input · scale)
};

struct ModelConfig {
  ResizeMode resize_mode = ResizeMode::kStretch;
  int input_width = 0;  // 0×0: the image's own size after the static crop
  int input_height = 0;
  int padding_value = 0;     // letterbox canvas, before scaling
  bool network_bgr = false;  // channel order of the network's input
  float scaling_factor = 1;  // x / scaling_factor, then (x - mean) / std
  std::array<float, 3> mean{0, 0, 0};
  std::array<float, 3> std{1, 1, 1};

  StaticCrop static_crop;
  bool grayscale = false;
  Contrast contrast = Contrast::kNone;

  Head head;

  int class_count = 2;  // names in class_names.txt
  int background_id = 0;
};

// What one request switches off.
struct Overrides {
  bool disable_static_crop = false;
  bool disable_grayscale = false;
  bool disable_contrast = false;
};

}  // namespace deeplab::plan
