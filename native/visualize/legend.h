// A box with the classes' colours and names.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace deeplab::visualize {

struct LegendEntry {
  std::u32string name;
  uint32_t color;  // red | green << 8 | blue << 16, as in overlays; alpha counts as opaque
};

enum class Corner { kTopLeft, kTopRight, kBottomLeft, kBottomRight };

// What is drawn, and where inside the box. Lengths in pixels.
struct LegendLayout {
  int width, height;  // of the box
  int text_height;
  int rows, columns, column_width;
  std::vector<LegendEntry> entries;  // column by column; names as they are written
};

// Columns as long as they fit into a box of at most that size; then names are cut, and at last an
// entry without a colour says how many classes are left out.
LegendLayout LayOutLegend(std::vector<LegendEntry> entries, int text_height, int most_width,
                          int most_height);

// Draws the box into a corner of a picture of rgba pixels (alpha not premultiplied); what reaches
// out of it is left out.
void DrawLegend(const LegendLayout& layout, Corner corner, uint8_t* rgba, int width, int height);

}  // namespace deeplab::visualize
