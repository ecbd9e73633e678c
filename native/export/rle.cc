#include "export/rle.h"

namespace deeplab::exports {
namespace {

// Calls on_run(first, end) with the places of each stretch of pixels that are on; what touches over
// the end of a line is one.
template <typename OnRun>
void EachStretch(const Masks& masks, const Mask& mask, const Canvas& canvas, OnRun on_run) {
  uint64_t first = 0, end = 0;
  for (size_t i = mask.first_run; i < mask.last_run; ++i) {
    const Run& run = masks.runs[i];
    const uint64_t begin = run.line * canvas.line_length + run.begin;
    if (begin != end || first == end) {
      if (first != end) on_run(first, end);
      first = begin;
    }
    end = run.line * canvas.line_length + run.end;
  }
  if (first != end) on_run(first, end);
}

// Highest bit first.
class BitWriter {
 public:
  explicit BitWriter(std::vector<uint8_t>* to) : to_(to) {}

  void put(uint64_t value, int bits) {
    pending_ = pending_ << bits | value;
    for (count_ += bits; count_ >= 8; count_ -= 8)
      to_->push_back(static_cast<uint8_t>(pending_ >> (count_ - 8)));
  }

  // Fills up the last byte with zeros.
  void end() {
    if (count_ > 0) put(0, 8 - count_);
  }

 private:
  std::vector<uint8_t>* const to_;
  uint64_t pending_ = 0;
  int count_ = 0;
};

constexpr int kValueBits = 8;
constexpr int kValuesAPixel = 4;
constexpr int kLengthBits[4] = {3, 4, 8, 16};

void PutRun(uint64_t pixels, unsigned value, BitWriter* bits) {
  constexpr uint64_t kLongest = uint64_t{1} << kLengthBits[3];
  for (uint64_t left = pixels * kValuesAPixel; left > 0;) {
    const uint64_t length = left < kLongest ? left : kLongest;
    int kind = 0;
    while (length > uint64_t{1} << kLengthBits[kind]) ++kind;
    bits->put(1, 1);
    bits->put(static_cast<uint64_t>(kind), 2);
    bits->put(length - 1, kLengthBits[kind]);
    bits->put(value, kValueBits);
    left -= length;
  }
}

}  // namespace

std::vector<uint32_t> Counts(const Masks& masks, const Mask& mask, const Canvas& canvas) {
  std::vector<uint32_t> counts;
  uint64_t place = 0;
  EachStretch(masks, mask, canvas, [&](uint64_t first, uint64_t end) {
    counts.push_back(static_cast<uint32_t>(first - place));
    counts.push_back(static_cast<uint32_t>(end - first));
    place = end;
  });
  if (place < canvas.pixels) counts.push_back(static_cast<uint32_t>(canvas.pixels - place));
  return counts;
}

void AppendText(const std::vector<uint32_t>& counts, std::vector<uint8_t>* to) {
  for (size_t i = 0; i < counts.size(); ++i) {
    int64_t left = counts[i];
    if (i > 2) left -= counts[i - 2];
    for (bool more = true; more;) {
      const unsigned digit = left & 31;
      left >>= 5;  // keeps the sign
      more = left != ((digit & 16) != 0 ? -1 : 0);
      to->push_back(static_cast<uint8_t>(48 + (digit | (more ? 32u : 0u))));
    }
  }
}

void AppendBrush(const Masks& masks, const Mask& mask, const Canvas& canvas,
                 std::vector<uint8_t>* to) {
  BitWriter bits(to);
  bits.put(canvas.pixels * kValuesAPixel, 32);
  bits.put(kValueBits - 1, 5);
  for (const int length_bits : kLengthBits) bits.put(static_cast<uint64_t>(length_bits - 1), 4);
  uint64_t place = 0;
  EachStretch(masks, mask, canvas, [&](uint64_t first, uint64_t end) {
    PutRun(first - place, 0, &bits);
    PutRun(end - first, 255, &bits);
    place = end;
  });
  PutRun(canvas.pixels - place, 0, &bits);
  bits.end();
}

void AppendRuns(const Masks& masks, const Mask& mask, std::vector<uint8_t>* to) {
  for (size_t i = mask.first_run; i < mask.last_run; ++i) {
    const Run& run = masks.runs[i];
    const uint32_t numbers[] = {run.line, run.begin, run.end};
    const auto* bytes = reinterpret_cast<const uint8_t*>(numbers);
    to->insert(to->end(), bytes, bytes + sizeof(numbers));
  }
}

}  // namespace deeplab::exports
