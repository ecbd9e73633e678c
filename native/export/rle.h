// Run-length codes of masks, as the tools that read them define them.
#pragma once

#include <cstdint>
#include <vector>

#include "export/masks.h"

namespace deeplab::exports {

// Where the runs of a mask lie among all pixels of a picture, counted line after line. The picture
// may be larger than the map, which lies at its top left.
struct Canvas {
  uint64_t line_length;
  uint64_t pixels;
};

// COCO's counts: how many pixels are off, then on, then off, …; the first may be 0, a last run of
// pixels that are off is said too. `lines` of the masks were columns.
std::vector<uint32_t> Counts(const Masks& masks, const Mask& mask, const Canvas& canvas);

// The same as COCO's text: each count (from the fourth on: less the one two before), lowest five
// bits first, 48 added to each; bit 5 says that more follow, bit 4 of the last is the sign.
void AppendText(const std::vector<uint32_t>& counts, std::vector<uint8_t>* to);

// Label Studio's brush code: a stream of bits, highest first. 32 bits: number of values; 5: bits of
// a value less 1; four times 4: bits of a length less 1. Then chunks: 1 bit: 1 for a run; 2: which
// of the four; the length less 1; the value. The values are bytes: four a pixel (red, green, blue,
// alpha), all 255 in the mask, else 0. `lines` of the masks were rows.
void AppendBrush(const Masks& masks, const Mask& mask, const Canvas& canvas,
                 std::vector<uint8_t>* to);

// The runs themselves, by line: line, begin, end, for whoever draws them.
void AppendRuns(const Masks& masks, const Mask& mask, std::vector<uint8_t>* to);

}  // namespace deeplab::exports
