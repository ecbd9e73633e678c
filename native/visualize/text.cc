#include "visualize/text.h"

#include <algorithm>
#include <cmath>

#include "visualize/glyphs.h"

namespace deeplab::visualize {
namespace {

// A line is so many of the glyphs' units high: from two above the capitals (accents) to the tails.
constexpr double kUnits = 11.5;
constexpr double kTop = -1.5;     // y of the line's upper edge
constexpr double kGap = 1.7;      // between letters
constexpr double kPen = 0.95;     // width of a stroke
constexpr double kMargin = 0.75;  // before the first letter and behind the last
constexpr int kPieces = 8;        // straight ones that a curve is made of

struct Point {
  double x, y;
};

Point Middle(Point a, Point b) { return {(a.x + b.x) / 2, (a.y + b.y) / 2}; }

class Pen {
 public:
  Pen(TextMask* mask, double unit) : mask_(*mask), unit_(unit), radius_(kPen * unit / 2) {}

  // (dx, dy): where the glyph's 0,0 lies, in units.
  void draw(const Glyph& glyph, double dx, double dy) {
    std::vector<Point> points;
    bool round = false;
    for (const char* at = glyph.strokes;; ++at) {
      if (*at == '~') {
        round = true;
      } else if (*at == ' ' || *at == '\0') {
        stroke(points, round);
        if (*at == '\0') return;
        points.clear();
        round = false;
      } else {
        const double x = at[0] - '0' + dx, y = at[1] - '0' + dy - kTop;
        points.push_back({x * unit_, y * unit_});
        ++at;
      }
    }
  }

 private:
  void stroke(const std::vector<Point>& points, bool round) {
    if (points.empty()) return;
    Point from = points[0];
    for (size_t i = 1; i + 1 < points.size(); ++i) {
      const Point to = i + 2 == points.size() ? points[i + 1] : Middle(points[i], points[i + 1]);
      if (round) {
        curve(from, points[i], to);
        from = to;
      } else {
        line(from, points[i]);
        from = points[i];
      }
    }
    if (!round || points.size() == 2) line(from, points.back());
  }

  void curve(Point from, Point pull, Point to) {
    Point last = from;
    for (int i = 1; i <= kPieces; ++i) {
      const double t = static_cast<double>(i) / kPieces, s = 1 - t;
      const Point next{s * s * from.x + 2 * s * t * pull.x + t * t * to.x,
                       s * s * from.y + 2 * s * t * pull.y + t * t * to.y};
      line(last, next);
      last = next;
    }
  }

  // With round ends: a pixel is covered as far as its middle is nearer than the radius.
  void line(Point a, Point b) {
    const double reach = radius_ + 0.5;
    const int left = std::max(0, static_cast<int>(std::floor(std::min(a.x, b.x) - reach)));
    const int right = std::min(mask_.width - 1, static_cast<int>(std::max(a.x, b.x) + reach));
    const int top = std::max(0, static_cast<int>(std::floor(std::min(a.y, b.y) - reach)));
    const int bottom = std::min(mask_.height - 1, static_cast<int>(std::max(a.y, b.y) + reach));
    for (int y = top; y <= bottom; ++y) {
      for (int x = left; x <= right; ++x) {
        const double covered = reach - distance({x + 0.5, y + 0.5}, a, b);
        if (covered <= 0) continue;
        uint8_t& pixel = mask_.coverage[static_cast<size_t>(y) * mask_.width + x];
        pixel = std::max(pixel, static_cast<uint8_t>(std::min(covered, 1.0) * 255 + 0.5));
      }
    }
  }

  static double distance(Point p, Point a, Point b) {
    const double dx = b.x - a.x, dy = b.y - a.y, length = dx * dx + dy * dy;
    const double along = length == 0 ? 0 : ((p.x - a.x) * dx + (p.y - a.y) * dy) / length;
    const double t = std::clamp(along, 0.0, 1.0);
    // Not std::hypot: it would ask for glibc 2.35, and the prebuilt addon runs on 2.34.
    const auto away_x = p.x - a.x - t * dx, away_y = p.y - a.y - t * dy;
    return std::sqrt(away_x * away_x + away_y * away_y);
  }

  TextMask& mask_;
  const double unit_, radius_;
};

// A glyph at its place, in units.
struct Placed {
  const Glyph* glyph;
  double x, y;
};

bool HasMark(const std::u32string& text, size_t at) {
  if (at + 1 >= text.size()) return false;
  const Glyph* const mark = MarkOf(text[at + 1]);
  return mark != nullptr && IsAbove(*mark);
}

// An i under an accent has no dot.
char32_t Undotted(const std::u32string& text, size_t at) {
  return text[at] == U'i' && HasMark(text, at) ? U'\u0131' : text[at];
}

bool IsTall(const Glyph& letter) {
  for (const char* at = letter.strokes; *at != '\0'; ++at) {
    if (*at == ' ' || *at == '~') continue;
    if (at[1] < '3') return true;
    ++at;
  }
  return false;
}

// Calls use(Placed) for every glyph; returns the width of the line in units.
template <typename Use>
double Place(const std::u32string& text, const Use& use) {
  double x = kMargin;
  const Glyph* letter = nullptr;
  for (size_t i = 0; i < text.size(); ++i) {
    const Glyph* const mark = letter == nullptr ? nullptr : MarkOf(text[i]);
    if (mark != nullptr) {
      const double middle = x - kGap - letter->width / 2.0;
      use(Placed{mark, middle - 2, IsAbove(*mark) && IsTall(*letter) ? -2.0 : 0.0});
      continue;
    }
    letter = &GlyphOf(Undotted(text, i));
    use(Placed{letter, x, 0});
    x += letter->width + kGap;
  }
  return x - kGap + kMargin;
}

}  // namespace

std::u32string DecodeUtf8(const std::string& text) {
  std::u32string characters;
  for (size_t i = 0; i < text.size();) {
    const auto first = static_cast<unsigned char>(text[i]);
    const int more = first < 0x80 ? 0 : first < 0xc0 ? -1 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
    char32_t character = more <= 0 ? first : first & (0x3fu >> more);
    bool whole = more >= 0 && i + static_cast<size_t>(more) < text.size();
    for (int k = 1; whole && k <= more; ++k) {
      const auto next = static_cast<unsigned char>(text[i + static_cast<size_t>(k)]);
      whole = next >> 6 == 2;
      character = character << 6 | (next & 0x3fu);
    }
    characters.push_back(whole ? character : U'\ufffd');
    i += whole ? static_cast<size_t>(more) + 1 : 1;
  }
  return characters;
}

int TextWidth(const std::u32string& text, int height) {
  if (text.empty()) return 0;
  return static_cast<int>(std::ceil(Place(text, [](Placed) {}) * height / kUnits));
}

std::u32string FitText(const std::u32string& text, int height, int most) {
  if (TextWidth(text, height) <= most) return text;
  std::u32string cut = text;
  while (!cut.empty() && TextWidth(cut + U'\u2026', height) > most) cut.pop_back();
  return cut + U'\u2026';
}

TextMask DrawText(const std::u32string& text, int height) {
  TextMask mask{TextWidth(text, height), height, {}};
  mask.coverage.resize(static_cast<size_t>(mask.width) * height);
  Pen pen(&mask, height / kUnits);
  Place(text, [&](Placed at) { pen.draw(*at.glyph, at.x, at.y); });
  return mask;
}

}  // namespace deeplab::visualize
