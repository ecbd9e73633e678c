#include "visualize/components.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace deeplab::visualize {
namespace {

// Pixels [begin, end) of a row, and which of the regions that reach that row they belong to.
struct Run {
  int begin, end;
  unsigned id;
  int region;
};

// Regions by number; those of the row above come first, then one for each run of the row.
class Regions {
 public:
  void reset(size_t count) {
    parents_.resize(count);
    std::iota(parents_.begin(), parents_.end(), 0);
  }

  int find(int region) {
    while (parents_[region] != region) {
      parents_[region] = parents_[parents_[region]];
      region = parents_[region];
    }
    return region;
  }

  // True where they were apart.
  bool join(int one, int other) {
    one = find(one);
    other = find(other);
    if (one == other) return false;
    parents_[std::max(one, other)] = std::min(one, other);
    return true;
  }

 private:
  std::vector<int> parents_;
};

template <typename Id>
class Counter {
 public:
  explicit Counter(const ComponentsJob& job) : job_(job), touch_(job.connectivity == 8 ? 1 : 0) {
    std::fill(job.counts, job.counts + job.id_count, 0.0);
  }

  void count() {
    const Id* ids = static_cast<const Id*>(job_.ids);
    for (int y = 0; y < job_.height; ++y, ids += job_.width) {
      above_.swap(row_);
      read(ids);
      regions_.reset(static_cast<size_t>(above_count_) + row_.size());
      join_rows();
      renumber();
    }
  }

 private:
  void add(unsigned id, double by) {
    if (id < static_cast<unsigned>(job_.id_count)) job_.counts[id] += by;
  }

  void read(const Id* ids) {
    row_.clear();
    for (int x = 0; x < job_.width;) {
      const int begin = x;
      const Id id = ids[begin];
      while (x < job_.width && ids[x] == id) ++x;
      row_.push_back({begin, x, id, above_count_ + static_cast<int>(row_.size())});
      add(id, 1);
    }
  }

  // Both rows from left to right. With corners, runs touch that end and begin side by side.
  void join_rows() {
    size_t above = 0;
    for (const Run& run : row_) {
      while (above < above_.size() && above_[above].end + touch_ <= run.begin) ++above;
      for (size_t i = above; i < above_.size() && above_[i].begin < run.end + touch_; ++i) {
        if (above_[i].id == run.id && regions_.join(above_[i].region, run.region)) add(run.id, -1);
      }
    }
  }

  // Only regions that reach this row can still grow: they get numbers from 0.
  void renumber() {
    numbers_.assign(static_cast<size_t>(above_count_) + row_.size(), -1);
    int next = 0;
    for (Run& run : row_) {
      int& number = numbers_[static_cast<size_t>(regions_.find(run.region))];
      if (number < 0) number = next++;
      run.region = number;
    }
    above_count_ = next;
  }

  const ComponentsJob& job_;
  const int touch_;
  std::vector<Run> above_, row_;
  Regions regions_;
  std::vector<int> numbers_;
  int above_count_ = 0;
};

}  // namespace

void CountComponents(const ComponentsJob& job) {
  if (job.id_bytes == 1) {
    Counter<uint8_t>(job).count();
  } else {
    Counter<uint16_t>(job).count();
  }
}

}  // namespace deeplab::visualize
