#include "visualize/class_counts.h"

#include <algorithm>

#include "core/memory.h"
#include "visualize/visualize_kernels.h"

namespace deeplab::visualize {
namespace {

// Parts of a map: whole rows, of at least about kLeastPart pixels, at most kMostParts, fewer where
// there are so many ids that their tallies would take long to add up. Results are added up in the
// order of the parts.
constexpr int64_t kLeastPart = 1 << 14;
constexpr int64_t kMostParts = 32;
constexpr int64_t kMostTallies = 1 << 16;

constexpr ClassBox kNoBox{INT32_MAX, INT32_MAX, 0, 0};

void Include(ClassBox* box, const ClassBox& more) {
  box->x_begin = std::min(box->x_begin, more.x_begin);
  box->y_begin = std::min(box->y_begin, more.y_begin);
  box->x_end = std::max(box->x_end, more.x_end);
  box->y_end = std::max(box->y_end, more.y_end);
}

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
  Counter(const CountJob& job, const Kernels& kernels, Tally* tallies, ClassBox* boxes)
      : job_(job),
        id_count_(static_cast<unsigned>(job.id_count)),
        kernels_(kernels),
        tallies_(tallies),
        boxes_(boxes) {
    std::fill(tallies, tallies + static_cast<size_t>(kTurns) * id_count_, Tally{0, 0});
    std::fill(boxes, boxes + id_count_, kNoBox);
  }

  void count_row(int y) {
    const int64_t first = int64_t{y} * job_.width;
    ids_ = static_cast<const Id*>(job_.ids) + first;
    confidence_ = job_.confidence == nullptr ? nullptr : job_.confidence + first;
    int x = 0;
    for (; x + kBlock <= job_.width; x += kBlock) {
      if (uniform(ids_ + x)) {
        add_block(x, y);
      } else {
        add_pixels(x, x + kBlock, y);
      }
    }
    add_pixels(x, job_.width, y);
  }

 private:
  bool uniform(const Id* ids) const {
    if constexpr (sizeof(Id) == 1)
      return kernels_.uniform_bytes(ids);
    else
      return kernels_.uniform_shorts(ids);
  }

  // Most of a map: classes come in regions.
  void add_block(int x, int y) {
    const unsigned id = ids_[x];
    if (id >= id_count_) return;
    Tally& tally = tallies_[static_cast<size_t>(kTurns) * id];
    tally.pixels += kBlock;
    Include(&boxes_[id], {x, y, x + kBlock, y + 1});
    if (confidence_ == nullptr) return;
    double lanes[kSumLanes] = {};
    kernels_.sum_block(confidence_ + x, lanes);
    for (const double lane : lanes) tally.sum += lane;
  }

  void add_pixels(int begin, int end, int y) {
    int run = begin;  // where the run of equal ids began
    for (int x = begin; x < end; ++x) {
      const unsigned id = ids_[x];
      if (x + 1 == end || ids_[x + 1] != id) {
        if (id < id_count_) Include(&boxes_[id], {run, y, x + 1, y + 1});
        run = x + 1;
      }
      if (id >= id_count_) continue;
      Tally& tally = tallies_[static_cast<size_t>(kTurns) * id + static_cast<size_t>(x % kTurns)];
      tally.pixels += 1;
      if (confidence_ != nullptr) tally.sum += static_cast<double>(confidence_[x]);
    }
  }

  const CountJob& job_;
  const unsigned id_count_;
  const Kernels& kernels_;
  Tally* tallies_;
  ClassBox* boxes_;
  const Id* ids_ = nullptr;            // of the row
  const float* confidence_ = nullptr;  // of the row
};

template <typename Id>
void CountRows(const CountJob& job, const Kernels& kernels, int begin, int end, Tally* tallies,
               ClassBox* boxes) {
  Counter<Id> counter(job, kernels, tallies, boxes);
  for (int y = begin; y < end; ++y) counter.count_row(y);
}

// Rows of a part.
int64_t RowsOfPart(const CountJob& job) {
  const int64_t most = std::clamp<int64_t>(kMostTallies / std::max(job.id_count, 1), 1, kMostParts);
  const int64_t by_size = kLeastPart / std::max(job.width, 1);
  return std::max<int64_t>({1, by_size, (job.height + most - 1) / most});
}

// Adds up the parts' tallies and boxes, each id's one after the other.
void AddUp(const CountJob& job, int64_t parts, const Tally* tallies, const ClassBox* boxes) {
  for (int id = 0; id < job.id_count; ++id) {
    Tally total{0, 0};
    ClassBox box = kNoBox;
    for (int64_t p = 0; p < parts; ++p) {
      const int64_t own = p * job.id_count + id;
      Include(&box, boxes[own]);
      for (int turn = 0; turn < kTurns; ++turn) {
        total.pixels += tallies[own * kTurns + turn].pixels;
        total.sum += tallies[own * kTurns + turn].sum;
      }
    }
    job.pixel_counts[id] = total.pixels;
    job.confidence_sums[id] = total.sum;
    job.boxes[id] = total.pixels == 0 ? ClassBox{0, 0, 0, 0} : box;
  }
}

}  // namespace

void CountClasses(const CountJob& job, ThreadPool& pool, SimdLevel level) {
  const Kernels& kernels = KernelsOf(level);
  const int64_t rows = RowsOfPart(job);
  const int64_t parts = std::max<int64_t>(1, (job.height + rows - 1) / rows);
  const int64_t all = parts * job.id_count;
  const HostBuffer tallies = BufferPool::Instance().acquire(all * kTurns * sizeof(Tally));
  const HostBuffer boxes = BufferPool::Instance().acquire(all * sizeof(ClassBox));
  pool.parallel_for(parts, 1, [&](int64_t begin, int64_t end) {
    for (int64_t p = begin; p < end; ++p) {
      Tally* const own = tallies.as<Tally>() + p * job.id_count * kTurns;
      ClassBox* const own_boxes = boxes.as<ClassBox>() + p * job.id_count;
      const int from = static_cast<int>(p * rows);
      const int to = static_cast<int>(std::min<int64_t>((p + 1) * rows, job.height));
      if (job.id_bytes == 1) {
        CountRows<uint8_t>(job, kernels, from, to, own, own_boxes);
      } else {
        CountRows<uint16_t>(job, kernels, from, to, own, own_boxes);
      }
    }
  });
  AddUp(job, parts, tallies.as<Tally>(), boxes.as<ClassBox>());
}

}  // namespace deeplab::visualize
