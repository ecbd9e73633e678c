// Legends: letters that can be told apart, boxes that stay in their picture.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "guarded_bytes.h"
#include "visualize/glyphs.h"
#include "visualize/legend.h"
#include "visualize/text.h"

namespace deeplab {
namespace {

using visualize::Corner;
using visualize::DrawText;
using visualize::LayOutLegend;
using visualize::LegendEntry;
using visualize::TextMask;
using visualize::TextWidth;

std::u32string Of(const char* text) { return visualize::DecodeUtf8(text); }

TEST(Text, EveryPrintableCharacterLooksUnlikeEveryOther) {
  std::set<std::vector<uint8_t>> seen;
  for (char32_t c = U'!'; c <= U'~'; ++c) {
    const TextMask mask = DrawText(std::u32string(1, c), 30);
    EXPECT_GT(std::count(mask.coverage.begin(), mask.coverage.end(), 255), 0) << unsigned(c);
    EXPECT_TRUE(seen.insert(mask.coverage).second) << unsigned(c);
  }
}

TEST(Text, NoLetterIsCutOffByItsLine) {
  for (const char32_t c : std::u32string(U"|{}gjpqy@_$Qf")) {
    for (const int height : {33, 100, 200}) {
      const TextMask mask = DrawText(std::u32string(1, c), height);
      for (int x = 0; x < mask.width; ++x) {
        EXPECT_LT(mask.coverage[x], 128) << unsigned(c) << " top at " << height;
        EXPECT_LT(mask.coverage[mask.coverage.size() - 1 - x], 128) << unsigned(c) << " bottom";
      }
      for (int y = 0; y < mask.height; ++y) {
        EXPECT_LT(mask.coverage[static_cast<size_t>(y) * mask.width], 160) << unsigned(c);
      }
    }
  }
}

TEST(Text, AccentsStandOverOrUnderTheirLetterAndTakeNoRoom) {
  EXPECT_EQ(TextWidth(U"e\u0301", 20), TextWidth(U"e", 20));
  const auto above = [](const std::u32string& text) {
    const TextMask mask = DrawText(text, 46);  // 4 pixels a unit
    int row = 0;
    while (*std::max_element(mask.coverage.begin() + row * mask.width,
                             mask.coverage.begin() + (row + 1) * mask.width) < 128) {
      ++row;
    }
    return row;
  };
  EXPECT_LT(above(U"e\u0301"), above(U"e"));
  EXPECT_LT(above(U"E\u0301"), above(U"e\u0301"));
  EXPECT_LT(above(U"E\u0301"), above(U"E"));
  EXPECT_EQ(above(U"c\u0327"), above(U"c"));
  EXPECT_EQ(DrawText(U"i\u0308", 30).coverage, DrawText(U"\u0131\u0308", 30).coverage);
  EXPECT_NE(DrawText(U"i", 30).coverage, DrawText(U"\u0131", 30).coverage);
}

TEST(Text, WhatHasNoLetterIsABox) {
  const auto box = DrawText(U"\ufffd", 20).coverage;
  EXPECT_EQ(DrawText(U"\u9053", 20).coverage, box);
  EXPECT_EQ(DrawText(U"\U0001f600", 20).coverage, box);
  EXPECT_NE(DrawText(U"O", 20).coverage, box);
}

TEST(Text, ReadsUtf8AndWhatIsNone) {
  EXPECT_EQ(Of("a\u00e9\u9053\U0001f600"), U"a\u00e9\u9053\U0001f600");
  EXPECT_EQ(Of("\xff\x80"), U"\ufffd\ufffd");
  EXPECT_EQ(Of("a\xc3"), U"a\ufffd");
  EXPECT_EQ(Of("\xe9\x80z"), U"\ufffd\ufffdz");
  EXPECT_EQ(Of(""), U"");
}

TEST(Text, IsCutToFitWithAnEllipsis) {
  const std::u32string text = U"a long name of a class";
  EXPECT_EQ(visualize::FitText(text, 20, 10000), text);
  const std::u32string cut = visualize::FitText(text, 20, 80);
  EXPECT_EQ(cut.back(), U'\u2026');
  EXPECT_LE(TextWidth(cut, 20), 80);
  EXPECT_EQ(cut.compare(0, 6, U"a long"), 0);
}

std::vector<LegendEntry> Entries(int count) {
  std::vector<LegendEntry> entries;
  for (int i = 0; i < count; ++i) {
    entries.push_back({Of(("class " + std::to_string(i)).c_str()), 0xff0000ffu + (i << 8)});
  }
  return entries;
}

TEST(Legend, HasAsManyColumnsAsItNeeds) {
  const auto one = LayOutLegend(Entries(5), 20, 4000, 4000);
  EXPECT_EQ(one.columns, 1);
  EXPECT_EQ(one.rows, 5);
  const auto three = LayOutLegend(Entries(30), 20, 4000, 300);
  EXPECT_EQ(three.entries.size(), 30u);
  EXPECT_GT(three.columns, 1);
  EXPECT_GE(three.rows * three.columns, 30);
  EXPECT_LE(three.height, 300);
}

TEST(Legend, SaysHowManyClassesItHasNoRoomFor) {
  const auto layout = LayOutLegend(Entries(1000), 20, 300, 200);
  EXPECT_LE(layout.width, 300);
  EXPECT_LE(layout.height, 200);
  const int shown = static_cast<int>(layout.entries.size()) - 1;
  EXPECT_GT(shown, 1);
  EXPECT_EQ(layout.entries.back().name, Of(("+ " + std::to_string(1000 - shown)).c_str()));
}

TEST(Legend, IsAsWideAsTheNamesThatItHasRoomFor) {
  std::vector<LegendEntry> entries = Entries(50);
  entries.back().name = U"a name that is much longer than any other";
  EXPECT_LT(LayOutLegend(entries, 20, 400, 200).width, 200);
  EXPECT_GT(LayOutLegend(entries, 20, 4000, 4000).width, 300);
}

TEST(Legend, StaysInItsPictureHoweverSmallThatIs) {
  for (const int side : {1, 5, 40}) {
    for (const Corner corner :
         {Corner::kTopLeft, Corner::kTopRight, Corner::kBottomLeft, Corner::kBottomRight}) {
      const GuardedBytes pixels(static_cast<size_t>(side) * side * 4);
      std::fill(pixels.data(), pixels.data() + side * side * 4, uint8_t{0});
      const auto layout = LayOutLegend(Entries(3), 14, side, side);
      DrawLegend(layout, corner, pixels.data(), side, side);
    }
  }
}

TEST(Legend, ShowsItsColoursInTheCornerThatWasAskedFor) {
  const auto layout = LayOutLegend({{U"x", 0xff336699u}}, 20, 400, 400);
  for (const Corner corner :
       {Corner::kTopLeft, Corner::kTopRight, Corner::kBottomLeft, Corner::kBottomRight}) {
    std::vector<uint32_t> pixels(400 * 400, 0xff808080u);
    DrawLegend(layout, corner, reinterpret_cast<uint8_t*>(pixels.data()), 400, 400);
    double x = 0, y = 0, count = 0;
    for (int i = 0; i < 400 * 400; ++i) {
      if (pixels[i] != 0xff336699u) continue;
      x += i % 400;
      y += i / 400;
      count += 1;
    }
    EXPECT_GE(count, 80) << static_cast<int>(corner);
    const bool right = corner == Corner::kTopRight || corner == Corner::kBottomRight;
    const bool bottom = corner == Corner::kBottomLeft || corner == Corner::kBottomRight;
    EXPECT_EQ(x / count > 200, right);
    EXPECT_EQ(y / count > 200, bottom);
    EXPECT_NE(std::count(pixels.begin(), pixels.end(), 0xffffffffu), 0);
    EXPECT_EQ(std::count(pixels.begin(), pixels.end(), 0xff808080u),
              400 * 400 - layout.width * layout.height);
  }
}

TEST(Legend, OnTransparencyIsItsBoxAlone) {
  const auto layout = LayOutLegend(Entries(2), 20, 400, 400);
  std::vector<uint32_t> pixels(static_cast<size_t>(layout.width) * layout.height);
  DrawLegend(layout, Corner::kTopLeft, reinterpret_cast<uint8_t*>(pixels.data()), layout.width,
             layout.height);
  EXPECT_EQ(pixels.front(), 0xd0202020u);
  EXPECT_EQ(pixels.back(), 0xd0202020u);
}

}  // namespace
}  // namespace deeplab
