// Clipping follows scikit-image's redistribution step by step, its overshoot included: what it
// hands out beyond the excess decides gray levels.
#include "preprocess/contrast_tones.h"

#include <algorithm>
#include <cmath>

namespace deeplab::preprocess {
namespace {

constexpr int kBinWidth = 1 + (kMaxGray + 1) / kToneBins;  // 65: the top bins stay empty
constexpr double kClipShare = 0.03;                        // of a tile's pixels, per bin

// Gives the clipped pixels that did not fit evenly to bins below the limit, in rounds: each step
// tops up every `stride`-th such bin. A step may hand out more than was left; that is kept.
void SpreadRest(Histogram& bins, int64_t limit, int64_t rest) {
  while (rest > 0) {
    const int64_t rest_before = rest;
    for (int first = 0; first < kToneBins && rest > 0; ++first) {
      const auto below = [limit](int64_t count) { return count < limit; };
      const int64_t open = std::count_if(bins.begin(), bins.end(), below);
      const int64_t stride = std::max<int64_t>(1, open / rest);
      for (int64_t i = first; i < kToneBins; i += stride) {
        if (bins[i] >= limit) continue;
        ++bins[i];
        --rest;
      }
    }
    if (rest == rest_before) return;  // every bin is full
  }
}

// Cuts each bin at `limit` and hands the excess to the others: first an equal share to every bin
// that has room for it; those then closer to the limit than one share are filled up.
void ClipHistogram(Histogram& bins, int64_t limit) {
  int64_t excess = 0;
  for (int64_t& count : bins) {
    if (count <= limit) continue;
    excess += count - limit;
    count = limit;
  }
  const int64_t share = excess / kToneBins;
  for (int64_t& count : bins) {
    const int64_t count_before = count;
    if (count < limit - share) count += share;
    if (count >= limit - share) count = limit;
    excess -= count - count_before;
  }
  SpreadRest(bins, limit, excess);
}

}  // namespace

BinTable MakeBinTable(int lowest, int highest) {
  BinTable table{};
  for (int level = lowest; level <= highest; ++level) {
    const double wide = level * 257.0;  // V in 16 bits
    const double low = lowest * 257.0;
    const double high = highest * 257.0;
    const double gray = lowest == highest ? std::min<double>(wide, kMaxGray)
                                          : (wide - low) / (high - low) * kMaxGray;
    table[level] = static_cast<uint8_t>(static_cast<int>(std::nearbyint(gray)) / kBinWidth);
  }
  return table;
}

ToneTable MakeTones(Histogram bins, const BinTable& bin_of, int64_t pixels) {
  ClipHistogram(bins, std::max<int64_t>(1, static_cast<int64_t>(kClipShare * pixels)));
  const double scale = static_cast<double>(kMaxGray) / pixels;
  std::array<float, kToneBins> gray{};
  int64_t sum = 0;
  for (int bin = 0; bin < kToneBins; ++bin) {
    sum += bins[bin];
    const double exact = std::min<double>(static_cast<double>(sum) * scale, kMaxGray);
    gray[bin] = static_cast<float>(static_cast<int>(exact));
  }
  ToneTable tones{};
  for (int level = 0; level < 256; ++level) tones[level] = gray[bin_of[level]];
  return tones;
}

}  // namespace deeplab::preprocess
