// One row of logits, vertically blended → class ids, confidences, probabilities: the horizontal
// taps of a vector of pixels for every class, arg max on the way, then only as much of the softmax
// as is needed.

#include "postprocess/kernel_parts.h"

namespace deeplab::postprocess::DEEPLAB_KERNEL_LEVEL {
namespace {

// What is known of a vector of pixels after all classes were seen. Their logits lie in
// ClassifyRow::scratch.
struct Best {
  Floats value;
  Ints channel;  // the first of the largest
  Floats bound;  // of ln Σ e^v, where there is one
};

// Which of a vector of pixels stay what they are, and with what probability.
struct Verdict {
  Ints keep;
  Floats probability;
};

// The horizontal taps of kLanes pixels: kColumns is how many columns they read together, 0 where
// each lane is a column, −1 where the number is known at run time only.
template <int kColumns>
struct Columns {
  Floats weights[kColumns > 0 ? kColumns : 1];
  const float* memory;  // of the weights, where there are too many for registers
  int count;

  DEEPLAB_INLINE Columns(const float* from, int columns) : memory(from), count(columns) {
    for (int j = 0; j < kColumns; ++j) weights[j] = Load(from + j * kLanes);
  }

  DEEPLAB_INLINE Floats sum(const float* row, Floats outer) const {
    if (kColumns == 0) return Load(row);
    Floats v = outer;
    if (kColumns > 0) {
      for (int j = 0; j < kColumns; ++j) v += weights[j] * row[j];
    } else {
      for (int j = 0; j < count; ++j) v += Load(memory + j * kLanes) * row[j];
    }
    return v;
  }
};

template <int kColumns>
DEEPLAB_INLINE Best FindBest(const ClassifyMode& mode, const ClassifyRow& row,
                             const plan::ColumnRun& run, int group) {
  const Columns<kColumns> columns(
      run.weights + static_cast<size_t>(group) * static_cast<size_t>(run.columns * kLanes),
      run.columns);
  const Floats outside =
      run.outer == nullptr ? Floats{} : Load(run.outer + static_cast<size_t>(group) * kLanes);
  const Floats outer = outside * mode.constant;
  const int32_t base = run.groups[group].base;
  const float* from = row.values + base;
  float* to = row.scratch;
  const size_t stride = row.stride;
  const int channels = mode.channels;
  Best best{columns.sum(from, outer), Ints{}, Floats{}};
  Store(to, best.value);
  Ints index = Ints{} + 1;
  for (int k = 1; k < channels; ++k, index += 1) {
    from += stride;
    to += kLanes;
    const Floats v = columns.sum(from, outer);
    Store(to, v);
    best.channel = v > best.value ? index : best.channel;
    best.value = Max(v, best.value);
  }
  if (row.bound != nullptr) {
    best.bound = columns.sum(row.bound + base, outside * mode.bound_constant);
  }
  return best;
}

DEEPLAB_INLINE Ints Ids(const ClassifyMode& mode, Ints channel) {
  return channel - (channel >= mode.hole);
}

DEEPLAB_INLINE Floats Thresholds(const ClassifyMode& mode, Ints channel) {
  if (mode.thresholds == nullptr) return Splat<Floats>(mode.threshold);
  const Ints ids = Ids(mode, channel);
  Floats result;
  for (int i = 0; i < kLanes; ++i) result[i] = mode.thresholds[ids[i]];
  return result;
}

// Σ e^(v − max) over classes [begin, end), added to `sum`.
DEEPLAB_INLINE Floats AddExponentials(Floats sum, const float* values, int begin, int end,
                                      Floats best) {
  for (int k = begin; k < end; ++k) {
    sum += ExpNonPositive(Load(values + static_cast<size_t>(k) * kLanes) - best);
  }
  return sum;
}

// max softmax = 1 / Σ e^(v − max).
DEEPLAB_INLINE Floats Probability(const ClassifyMode& mode, const float* values, Floats best) {
  if (mode.channels == 1) return Sigmoid(best);
  return 1.0f / AddExponentials(Floats{}, values, 0, mode.channels, best);
}

// Which pixels are not below their threshold: those that are `sure`, and those of the others whose
// probability says so. A partial sum may already say that none of the others is: p only sinks.
__attribute__((noinline)) Ints KeepBySum(const ClassifyMode& mode, const float* values,
                                         const Best& best, Ints sure) {
  constexpr float kAboveOne = 1.0f + 0x1p-20f;  // for the rounding of the product and of 1 / sum
  constexpr int kBlock = 8;
  const Floats threshold = Thresholds(mode, best.channel);
  Floats sum{};
  int k = 0;
  for (; k + kBlock < mode.channels; k += kBlock) {
    sum = AddExponentials(sum, values, k, k + kBlock, best.value);
    if (All(sure | (sum * threshold > kAboveOne))) return sure;
  }
  sum = AddExponentials(sum, values, k, mode.channels, best.value);
  return ~(1.0f / sum < threshold);
}

DEEPLAB_INLINE Ints Keep(const ClassifyMode& mode, const ClassifyRow& row, const Best& best) {
  if (!mode.bites) return ~Ints{};
  if (mode.channels == 1) return ~(Sigmoid(best.value) < Thresholds(mode, best.channel));
  Ints sure{};
  if (row.bound != nullptr) {
    sure = best.value - best.bound >= row.bound_keep;
    if (All(sure)) return sure;
  }
  return KeepBySum(mode, row.scratch, best, sure);
}

// The first `count` lanes.
template <typename Lanes, typename Element>
DEEPLAB_INLINE void StoreLanes(Element* to, const Lanes& value, int count) {
  if (count >= kLanes) {
    Store(to, value);
    return;
  }
  Element lanes[kLanes];
  Store(lanes, value);
  std::memcpy(to, lanes, static_cast<size_t>(count) * sizeof *to);
}

DEEPLAB_INLINE void StoreIds(const ClassifyMode& mode, const ClassifyRow& row, const Best& best,
                             Ints keep, int x) {
  const Ints ids = keep ? Ids(mode, best.channel) : Splat<Ints>(mode.background);
  if (mode.id_bytes == 1) {
    StoreLanes(static_cast<uint8_t*>(row.ids) + x, __builtin_convertvector(ids, Bytes),
               mode.width - x);
  } else {
    StoreLanes(static_cast<uint16_t*>(row.ids) + x, __builtin_convertvector(ids, Shorts),
               mode.width - x);
  }
}

// softmax of the asked channels; the sigmoid where there is only one channel.
void StoreProbabilities(const ClassifyMode& mode, const ClassifyRow& row, const Best& best,
                        Floats probability, int x) {
  for (int i = 0; i < mode.asked_count; ++i) {
    const Floats v = Load(row.scratch + static_cast<size_t>(mode.asked[i]) * kLanes);
    const Floats p = ExpNonPositive(v - best.value) * probability;
    StoreLanes(row.probabilities + static_cast<size_t>(i) * mode.asked_stride + x, p,
               mode.width - x);
  }
}

template <int kColumns>
void ClassifyRun(const ClassifyMode& mode, const ClassifyRow& row, const plan::ColumnRun& run) {
  const bool exact = row.confidence != nullptr || row.probabilities != nullptr;
  for (int group = 0; group < run.count; ++group) {
    const int x = run.groups[group].output;
    const Best best = FindBest<kColumns>(mode, row, run, group);
    Ints keep;
    if (exact) {
      const Floats p = Probability(mode, row.scratch, best.value);
      keep = ~(p < Thresholds(mode, best.channel));
      if (row.confidence != nullptr) {
        StoreLanes(row.confidence + x, keep ? p : Floats{}, mode.width - x);
      }
      if (row.probabilities != nullptr) StoreProbabilities(mode, row, best, p, x);
    } else {
      keep = Keep(mode, row, best);
    }
    if (row.ids != nullptr) StoreIds(mode, row, best, keep, x);
  }
}

}  // namespace

void Classify(const ClassifyMode& mode, const ClassifyRow& row) {
  for (int i = 0; i < mode.run_count; ++i) {
    const plan::ColumnRun& run = mode.runs[i];
    switch (run.columns) {
#define DEEPLAB_RUN(columns)              \
  case columns:                           \
    ClassifyRun<columns>(mode, row, run); \
    break;
      DEEPLAB_RUN(0)
      DEEPLAB_RUN(1)
      DEEPLAB_RUN(2)
      DEEPLAB_RUN(3)
      DEEPLAB_RUN(4)
      DEEPLAB_RUN(5)
      DEEPLAB_RUN(6)
      DEEPLAB_RUN(7)
      DEEPLAB_RUN(8)
#undef DEEPLAB_RUN
      default:
        ClassifyRun<-1>(mode, row, run);
    }
  }
}

}  // namespace deeplab::postprocess::DEEPLAB_KERNEL_LEVEL
