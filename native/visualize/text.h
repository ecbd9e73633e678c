// Text as coverage: how much of each pixel a line of letters covers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace deeplab::visualize {

// UTF-8 → characters; what is no UTF-8 becomes U+FFFD, byte by byte.
std::u32string DecodeUtf8(const std::string& text);

// Width in pixels of a line whose letters and accents take `height` pixels.
int TextWidth(const std::u32string& text, int height);

// The text, or its beginning and an ellipsis, at most `most` pixels wide.
std::u32string FitText(const std::u32string& text, int height, int most);

// One line: `width` · `height` pixels, 0 to 255 each.
struct TextMask {
  int width, height;
  std::vector<uint8_t> coverage;
};
TextMask DrawText(const std::u32string& text, int height);

}  // namespace deeplab::visualize
