// The letters of legends: lines of a pen, so that they are sharp at every size and no font has to
// be installed. Latin letters, with accents as marks of their own (Unicode's decomposed form).
#pragma once

#include <cstdint>

namespace deeplab::visualize {

// Strokes, one after the other, with a space between: each a list of points of two digits, x from
// the left and y from the top. "~" before one: its inner points are not passed through but pull the
// line, which is round (a quadratic spline through the middles between them). Capitals reach from y
// 1 to the base line at 7, small letters from 3, tails to 9.
struct Glyph {
  char32_t character;
  const char* strokes;
  int width;  // the largest x
};

// The glyph of a character; a box for one that has none.
const Glyph& GlyphOf(char32_t character);

// A mark that belongs to the letter before it, or null. Drawn as over (or under) a small letter
// that is 4 wide.
const Glyph* MarkOf(char32_t character);

// Whether the mark stands over its letter: over a tall one it is drawn two units higher.
bool IsAbove(const Glyph& mark);

}  // namespace deeplab::visualize
