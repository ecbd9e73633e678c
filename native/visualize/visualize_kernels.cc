// Compiled once for each instruction set: everything here has internal linkage or lies in the
// level's own namespace (see deeplab_kernels in CMakeLists.txt).
#include "visualize/visualize_kernels.h"

#include "visualize/mix.h"

namespace deeplab::visualize::DEEPLAB_KERNEL_LEVEL {
namespace {

template <int kStep, int kRed, int kGreen, int kBlue>
void WordsOf(const uint8_t* __restrict pixels, int count, uint32_t* __restrict words) {
  for (int x = 0; x < count; ++x) {
    const uint8_t* p = pixels + kStep * x;
    words[x] = static_cast<uint32_t>(p[kRed] | p[kGreen] << 8 | p[kBlue] << 16);
  }
}

void Words(const uint8_t* pixels, ColorFormat format, int count, uint32_t* words) {
  switch (format) {
    case ColorFormat::kRgb:
      return WordsOf<3, 0, 1, 2>(pixels, count, words);
    case ColorFormat::kBgr:
      return WordsOf<3, 2, 1, 0>(pixels, count, words);
    case ColorFormat::kRgba:
      return WordsOf<4, 0, 1, 2>(pixels, count, words);
    case ColorFormat::kBgra:
      return WordsOf<4, 2, 1, 0>(pixels, count, words);
    default:
      return WordsOf<1, 0, 0, 0>(pixels, count, words);
  }
}

void YuvWords(const uint8_t* __restrict luma, const uint8_t* __restrict chroma, int count,
              const YuvWeights& by, uint32_t* __restrict words) {
  const YuvWeights w = by;
  for (int x = 0; x < count; ++x) {
    const int u = chroma[2 * x], v = chroma[2 * x + 1];
    words[2 * x] = YuvToRgb(luma[2 * x], u, v, w);
    words[2 * x + 1] = YuvToRgb(luma[2 * x + 1], u, v, w);
  }
}

void MixRow(const uint32_t* __restrict words, int weight, int count, uint32_t* __restrict pixels) {
  const uint32_t over = static_cast<uint32_t>(weight);
  for (int x = 0; x < count; ++x) pixels[x] = Mix(words[x], pixels[x], over);
}

void Differ(const uint16_t* __restrict ids, const uint16_t* __restrict others, int count,
            uint8_t* __restrict marks) {
  for (int x = 0; x < count; ++x) {
    marks[x] = static_cast<uint8_t>(marks[x] | static_cast<uint8_t>(ids[x] != others[x]));
  }
}

void Spread(const uint8_t* __restrict from, int count, uint8_t* __restrict marks) {
  for (int x = 0; x < count; ++x) marks[x] = static_cast<uint8_t>(marks[x] | from[x]);
}

template <typename Id>
bool Uniform(const Id* __restrict ids) {
  unsigned different = 0;
  for (int i = 0; i < kBlock; ++i) different |= static_cast<unsigned>(ids[i] ^ ids[0]);
  return different == 0;
}

void SumBlock(const float* __restrict values, double* __restrict sums) {
  double lanes[kSumLanes];
  for (int k = 0; k < kSumLanes; ++k) lanes[k] = sums[k];
  for (int i = 0; i < kBlock; i += kSumLanes) {
    for (int k = 0; k < kSumLanes; ++k) lanes[k] += static_cast<double>(values[i + k]);
  }
  for (int k = 0; k < kSumLanes; ++k) sums[k] = lanes[k];
}

}  // namespace

extern const Kernels kKernels;
const Kernels kKernels{
    &Words, &YuvWords, &MixRow, &Differ, &Spread, &Uniform<uint8_t>, &Uniform<uint16_t>, &SumBlock};

}  // namespace deeplab::visualize::DEEPLAB_KERNEL_LEVEL
