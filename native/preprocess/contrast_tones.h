// From a tile's histogram to its tone table (level -> equalised gray). Pure functions.
#pragma once

#include <array>
#include <cstdint>

namespace deeplab::preprocess {

constexpr int kToneBins = 256;
constexpr int kMaxGray = (1 << 14) - 1;

using Histogram = std::array<int64_t, kToneBins>;
using BinTable = std::array<uint8_t, 256>;  // V -> histogram bin
using ToneTable = std::array<float, 256>;   // V -> gray, whole numbers 0..kMaxGray

// Stretches the levels in use to 14 bits and sorts them into bins. One level alone is not
// stretched: its 16-bit form is clipped to 14 bits. Its bin matters even then, as blending equal
// tables can miss their value by one, and that one is stretched from black to white in the end.
BinTable MakeBinTable(int lowest, int highest);

// The histogram of a tile of `pixels` pixels, clipped, summed up and scaled, as a table over V.
ToneTable MakeTones(Histogram bins, const BinTable& bin_of, int64_t pixels);

}  // namespace deeplab::preprocess
