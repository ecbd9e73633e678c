// Where the pixels go: static crop, resize, canvas; and where the maps come back to. Pure
// arithmetic in the reference's own order (doubles, truncation), so that every size and offset is
// its.
#pragma once

#include "plan/config.h"

namespace deeplab::plan {

struct Rect {
  int x = 0, y = 0, width = 0, height = 0;
};

struct Geometry {
  int source_width = 0;
  int source_height = 0;
  Rect crop;  // of the source: what static crop leaves

  int input_width = 0;  // network input
  int input_height = 0;

  // The part of the crop that is used (all of it, but for center-crop), the size it is resized to,
  // and where on the input's canvas that lies.
  Rect used;  // relative to the crop
  Rect placed;

  // Canvas around `placed`, in input pixels; negative where center-crop cut the image.
  int pad_left = 0, pad_top = 0, pad_right = 0, pad_bottom = 0;
  double scale_x = 1, scale_y = 1;

  // The maps: their size, and where the crop lies in them.
  int map_width = 0;
  int map_height = 0;
  int map_x = 0;
  int map_y = 0;
};

// Throws Error{kImageEmptyCrop} when the static crop leaves nothing and Error{kImageTooThin} when
// letterbox would shrink a side to nothing.
Geometry ComputeGeometry(const ModelConfig& config, const Overrides& overrides, int source_width,
                         int source_height);

// The window of the logits (`size` long) that shows the crop: pads scaled from input to logits and
// rounded half to even. start < 0 or end > size where center-crop cut the image.
struct Window {
  int start = 0;
  int end = 0;
};
Window LogitsWindow(int logits_size, int input_size, int pad_before, int pad_after);

}  // namespace deeplab::plan
