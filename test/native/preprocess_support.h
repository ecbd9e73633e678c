// The network that the tests of pre-processing feed.
#pragma once

#include "plan/config.h"

namespace deeplab {

// Of this input size, with ImageNet's normalisation.
inline plan::ModelConfig Network(int width, int height) {
  plan::ModelConfig config;
  config.input_width = width;
  config.input_height = height;
  config.scaling_factor = 255;
  config.mean = {0.485f, 0.456f, 0.406f};
  config.std = {0.229f, 0.224f, 0.225f};
  return config;
}

}  // namespace deeplab
