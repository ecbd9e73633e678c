// The two contrast modes that know no position: stretching between percentiles, and histogram
// equalisation. Both see the image as one list of bytes, all channels together.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "preprocess/contrast_modes.h"

namespace deeplab::preprocess {
namespace {

constexpr int kLevels = 256;
constexpr int kBins = 256;

int64_t Total(const LevelCounts& counts) {
  int64_t total = 0;
  for (const int64_t count : counts) total += count;
  return total;
}

// The byte at `index` of the sorted image.
int LevelAt(const LevelCounts& counts, int64_t index) {
  int level = 0;
  for (int64_t below = counts[0]; below <= index; below += counts[++level]) {
  }
  return level;
}

// Percentile by linear interpolation between the two neighbours of (n - 1) * fraction. From the
// middle on it is counted down from the upper neighbour: the last bit depends on it.
double Percentile(const LevelCounts& counts, int64_t total, double fraction) {
  const double position = static_cast<double>(total - 1) * fraction;
  const double whole = std::floor(position);
  const double rest = position - whole;
  const int64_t index = static_cast<int64_t>(whole);
  const double low = LevelAt(counts, index);
  const double high = LevelAt(counts, std::min(index + 1, total - 1));
  const double step = high - low;
  return rest >= 0.5 ? high - step * (1.0 - rest) : low + step * rest;
}

float ToUnit(int level) { return static_cast<float>(level) / 255.0F; }

// kBins bins of equal width over the range in use, all in float32.
struct Bins {
  std::array<float, kBins + 1> edges;
  float first;
  float last;

  Bins(float lowest, float highest) : first(lowest), last(highest) {
    if (first == last) {  // one colour: a range of 1 around it
      first -= 0.5F;
      last += 0.5F;
    }
    const float step = (last - first) / static_cast<float>(kBins);
    for (int i = 0; i < kBins; ++i) edges[i] = static_cast<float>(i) * step + first;
    edges[kBins] = last;
  }

  // The quotient can be one bin off at an edge; the edges themselves decide.
  int Find(float value) const {
    int bin = static_cast<int>((value - first) / (last - first) * static_cast<float>(kBins));
    if (bin == kBins) --bin;
    if (value < edges[bin]) --bin;
    if (bin != kBins - 1 && value >= edges[bin + 1]) ++bin;
    return bin;
  }

  double Center(int bin) const { return (edges[bin] + edges[bin + 1]) / 2.0F; }
};

// Piecewise linear through (center of bin, share of pixels up to it), flat outside.
double Interpolate(const Bins& bins, const std::array<float, kBins>& shares, double x) {
  if (x >= bins.Center(kBins - 1)) return shares[kBins - 1];
  if (x < bins.Center(0)) return shares[0];
  int bin = 0;
  while (x >= bins.Center(bin + 1)) ++bin;
  const double y0 = shares[bin];
  const double y1 = shares[bin + 1];
  const double x0 = bins.Center(bin);
  return (y1 - y0) / (bins.Center(bin + 1) - x0) * (x - x0) + y0;
}

std::array<float, kBins> CumulativeShares(const Bins& bins, const LevelCounts& counts) {
  std::array<int64_t, kBins> histogram{};
  for (int level = 0; level < kLevels; ++level) {
    if (counts[level] > 0) histogram[bins.Find(ToUnit(level))] += counts[level];
  }
  const double total = static_cast<double>(Total(counts));
  std::array<float, kBins> shares{};
  int64_t sum = 0;
  for (int bin = 0; bin < kBins; ++bin) {
    sum += histogram[bin];
    shares[bin] = static_cast<float>(static_cast<double>(sum) / total);
  }
  return shares;
}

}  // namespace

LevelTable StretchingTable(const LevelCounts& counts) {
  const int64_t total = Total(counts);
  const double low = Percentile(counts, total, 0.02);
  const double high = Percentile(counts, total, 0.98);
  LevelTable table{};
  for (int level = 0; level < kLevels; ++level) {
    const double clipped = std::min(std::max(static_cast<double>(level), low), high);
    // Equal percentiles leave nothing to stretch: every byte becomes that percentile.
    const double stretched = low == high ? clipped : (clipped - low) / (high - low) * 255.0;
    table[level] = static_cast<uint8_t>(stretched);
  }
  return table;
}

LevelTable HistogramTable(const LevelCounts& counts) {
  int lowest = 0;
  while (counts[lowest] == 0) ++lowest;
  int highest = kLevels - 1;
  while (counts[highest] == 0) --highest;
  const Bins bins(ToUnit(lowest), ToUnit(highest));
  const std::array<float, kBins> shares = CumulativeShares(bins, counts);
  LevelTable table{};
  for (int level = lowest; level <= highest; ++level) {
    const float share = static_cast<float>(Interpolate(bins, shares, ToUnit(level)));
    table[level] = static_cast<uint8_t>(share * 255.0F);
  }
  return table;
}

}  // namespace deeplab::preprocess
