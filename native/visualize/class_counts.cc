#include "visualize/class_counts.h"

#include <algorithm>

#include "core/memory.h"
#include "visualize/visualize_kernels.h"

namespace deeplab::visualize {
namespace {

// Parts of a map: of at least kLeastPart pixels, at most kMostParts, fewer where there are so many
// ids that their tallies would take long to add up. Results are added up in the order of the parts.
constexpr int64_t kLeastPart = 1 << 14;
constexpr int64_t kMostParts = 32;
constexpr int64_t kMostTallies = 1 << 16;

// Of one class, in one part. Neighbouring pixels add to different ones, or each addition would wait
// for the one before.
struct Tally {
  double pixels;
  double sum;
};
constexpr int kTurns = 4;

// Counts one part of the map.
template <typename Id>
class Counter {
 public:
  Counter(const CountJob& job, const Kernels& kernels, Tally* tallies)
      : ids_(static_cast<const Id*>(job.ids)),
        confidence_(job.confidence),
        id_count_(static_cast<unsigned>(job.id_count)),
        kernels_(kernels),
        tallies_(tallies) {
    std::fill(tallies, tallies + static_cast<size_t>(kTurns) * id_count_, Tally{0, 0});
  }

  void count(int64_t begin, int64_t end) {
    int64_t i = begin;
    for (; i + kBlock <= end; i += kBlock) {
      if (uniform(ids_ + i)) {
        add_block(i);
      } else {
        add_pixels(i, i + kBlock);
      }
    }
    add_pixels(i, end);
  }

 private:
  bool uniform(const Id* ids) const {
    if constexpr (sizeof(Id) == 1)
      return kernels_.uniform_bytes(ids);
    else
      return kernels_.uniform_shorts(ids);
  }

  // Most of a map: classes come in regions.
  void add_block(int64_t first) {
    const unsigned id = ids_[first];
    if (id >= id_count_) return;
    double lanes[kSumLanes] = {};
    kernels_.sum_block(confidence_ + first, lanes);
    Tally& tally = tallies_[static_cast<size_t>(kTurns) * id];
    tally.pixels += kBlock;
    for (const double lane : lanes) tally.sum += lane;
  }

  void add_pixels(int64_t first, int64_t end) {
    for (int64_t i = first; i < end; ++i) {
      const unsigned id = ids_[i];
      if (id >= id_count_) continue;
      Tally& tally = tallies_[static_cast<size_t>(kTurns) * id + static_cast<size_t>(i % kTurns)];
      tally.pixels += 1;
      tally.sum += static_cast<double>(confidence_[i]);
    }
  }

  const Id* ids_;
  const float* confidence_;
  const unsigned id_count_;
  const Kernels& kernels_;
  Tally* tallies_;
};

}  // namespace

void CountClasses(const CountJob& job, ThreadPool& pool, SimdLevel level) {
  const Kernels& kernels = KernelsOf(level);
  const int64_t most = std::clamp<int64_t>(kMostTallies / std::max(job.id_count, 1), 1, kMostParts);
  const int64_t least = std::max(kLeastPart, (job.pixels + most - 1) / most);
  const int64_t part = (least + kBlock - 1) / kBlock * kBlock;
  const int64_t parts = std::max<int64_t>(1, (job.pixels + part - 1) / part);
  const size_t tallies = static_cast<size_t>(kTurns) * job.id_count;
  const HostBuffer memory = BufferPool::Instance().acquire(parts * tallies * sizeof(Tally));
  pool.parallel_for(parts, 1, [&](int64_t begin, int64_t end) {
    for (int64_t p = begin; p < end; ++p) {
      Tally* const own = memory.as<Tally>() + p * tallies;
      const int64_t first = p * part, last = std::min(first + part, job.pixels);
      if (job.id_bytes == 1) {
        Counter<uint8_t>(job, kernels, own).count(first, last);
      } else {
        Counter<uint16_t>(job, kernels, own).count(first, last);
      }
    }
  });
  for (int id = 0; id < job.id_count; ++id) {
    Tally total{0, 0};
    for (int64_t p = 0; p < parts; ++p) {
      const Tally* own = memory.as<Tally>() + p * tallies + static_cast<size_t>(kTurns) * id;
      for (int turn = 0; turn < kTurns; ++turn) {
        total.pixels += own[turn].pixels;
        total.sum += own[turn].sum;
      }
    }
    job.pixel_counts[id] = total.pixels;
    job.confidence_sums[id] = total.sum;
  }
}

}  // namespace deeplab::visualize
