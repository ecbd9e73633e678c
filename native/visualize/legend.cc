#include "visualize/legend.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "visualize/text.h"

namespace deeplab::visualize {
namespace {

// Longer names are cut before anything is measured.
constexpr size_t kLongestName = 200;
constexpr uint32_t kBoxColor = 0xd0202020u;  // alpha above blue, green, red
constexpr uint32_t kTextColor = 0xffffffffu;
constexpr uint32_t kFrameColor = 0xffa0a0a0u;

// Lengths that follow from the height of the text.
struct Measures {
  explicit Measures(int text)
      : line(text + text / 5 + 1),
        padding(text / 2 + 1),
        swatch(std::max(3, text * 2 / 3)),
        gap(text / 3 + 1) {}
  int line, padding, swatch, gap;
  int before_text() const { return swatch + gap; }
};

class Canvas {
 public:
  Canvas(uint8_t* rgba, int width, int height) : rgba_(rgba), width_(width), height_(height) {}

  void fill(int x, int y, int width, int height, uint32_t color) {
    for (int row = 0; row < height; ++row) {
      for (int column = 0; column < width; ++column) blend(x + column, y + row, color, 255);
    }
  }

  void text(int x, int y, const TextMask& mask, uint32_t color) {
    const uint8_t* coverage = mask.coverage.data();
    for (int row = 0; row < mask.height; ++row) {
      for (int column = 0; column < mask.width; ++column) {
        blend(x + column, y + row, color, *coverage++);
      }
    }
  }

 private:
  // Source over destination, neither premultiplied.
  void blend(int x, int y, uint32_t color, int coverage) {
    if (x < 0 || y < 0 || x >= width_ || y >= height_ || coverage == 0) return;
    uint8_t* const pixel = rgba_ + (static_cast<ptrdiff_t>(y) * width_ + x) * 4;
    const int over = (static_cast<int>(color >> 24) * coverage + 127) / 255;
    const int under = (pixel[3] * (255 - over) + 127) / 255;
    const int alpha = over + under;
    if (alpha == 0) return;
    for (int c = 0; c < 3; ++c) {
      const int value = static_cast<int>(color >> (8 * c) & 255);
      pixel[c] = static_cast<uint8_t>((value * over + pixel[c] * under + alpha / 2) / alpha);
    }
    pixel[3] = static_cast<uint8_t>(alpha);
  }

  uint8_t* const rgba_;
  const int width_, height_;
};

std::u32string Digits(size_t number) {
  const std::string text = std::to_string(number);
  return {text.begin(), text.end()};
}

int WidestName(const std::vector<LegendEntry>& entries, int text_height) {
  int widest = 0;
  for (const LegendEntry& entry : entries) {
    widest = std::max(widest, TextWidth(entry.name, text_height));
  }
  return widest;
}

// The last entry that fits says how many do not.
void LeaveOut(std::vector<LegendEntry>* entries, size_t room) {
  if (entries->size() <= room) return;
  const size_t shown = room - 1;
  const LegendEntry more{U"+ " + Digits(entries->size() - shown), 0};
  entries->resize(shown);
  entries->push_back(more);
}

}  // namespace

LegendLayout LayOutLegend(std::vector<LegendEntry> entries, int text_height, int most_width,
                          int most_height) {
  const Measures size(text_height);
  for (LegendEntry& entry : entries) {
    entry.color |= 0xff000000u;
    if (entry.name.size() > kLongestName) entry.name.resize(kLongestName);
  }
  const int inner_width = std::max(1, most_width - 2 * size.padding);
  const int inner_height = std::max(1, most_height - 2 * size.padding);
  const auto widest = [&] {
    return std::min(size.before_text() + WidestName(entries, text_height), inner_width);
  };
  // Two columns have a padding between them.
  const int fitting = std::max(1, (inner_width + size.padding) / (widest() + size.padding));
  const int most_rows = std::max(1, inner_height / size.line);
  LeaveOut(&entries, static_cast<size_t>(most_rows) * static_cast<size_t>(fitting));
  const int column_width = widest();  // of those that are left
  const int count = static_cast<int>(entries.size());
  const int columns = std::max(1, (count + most_rows - 1) / most_rows);
  const int rows = std::max(1, (count + columns - 1) / columns);
  for (LegendEntry& entry : entries) {
    entry.name = FitText(entry.name, text_height, column_width - size.before_text());
  }
  return {columns * (column_width + size.padding) + size.padding,
          rows * size.line + 2 * size.padding,
          text_height,
          rows,
          columns,
          column_width,
          std::move(entries)};
}

void DrawLegend(const LegendLayout& layout, Corner corner, uint8_t* rgba, int width, int height) {
  const Measures size(layout.text_height);
  const bool right = corner == Corner::kTopRight || corner == Corner::kBottomRight;
  const bool bottom = corner == Corner::kBottomLeft || corner == Corner::kBottomRight;
  const int left = right ? std::max(0, width - layout.width) : 0;
  const int top = bottom ? std::max(0, height - layout.height) : 0;
  Canvas canvas(rgba, width, height);
  canvas.fill(left, top, layout.width, layout.height, kBoxColor);
  for (int i = 0; i < static_cast<int>(layout.entries.size()); ++i) {
    const LegendEntry& entry = layout.entries[static_cast<size_t>(i)];
    const int x = left + size.padding + i / layout.rows * (layout.column_width + size.padding);
    const int y = top + size.padding + i % layout.rows * size.line;
    if (entry.color >> 24 != 0) {
      const int down = y + (size.line - size.swatch) / 2;
      canvas.fill(x, down, size.swatch, size.swatch, kFrameColor);
      canvas.fill(x + 1, down + 1, size.swatch - 2, size.swatch - 2, entry.color);
    }
    const int text_y = y + (size.line - layout.text_height) / 2;
    canvas.text(x + size.before_text(), text_y, DrawText(entry.name, layout.text_height),
                kTextColor);
  }
}

}  // namespace deeplab::visualize
