#include "export/runs.h"

#include <algorithm>
#include <cstring>

namespace deeplab::exports {
namespace {

// Worth waking a thread for, and narrow enough that a band's state stays in the nearest cache.
constexpr int kBandColumns = 256;
constexpr int kBandRows = 64;

// The first place from `x` on where the rows differ; `end` where they are equal. Neighbouring rows
// are equal nearly everywhere, so whole words are compared first.
template <typename Id>
int NextDifference(const Id* a, const Id* b, int x, int end) {
  constexpr int kStep = static_cast<int>(sizeof(uint64_t) / sizeof(Id));
  for (; x + kStep <= end; x += kStep) {
    uint64_t left, right;
    std::memcpy(&left, a + x, sizeof(left));
    std::memcpy(&right, b + x, sizeof(right));
    if (left != right) break;
  }
  while (x < end && a[x] == b[x]) ++x;
  return x;
}

template <typename Id>
class Scanner {
 public:
  Scanner(const MapView& map, const std::vector<uint8_t>& wanted)
      : ids_(static_cast<const Id*>(map.ids)),
        width_(map.width),
        height_(map.height),
        wanted_(wanted) {}

  // The columns [first, last), side by side: a run ends where a row differs from the one above.
  std::vector<Run> columns(int first, int last) const {
    std::vector<uint32_t> begins(last - first);
    std::vector<Run> found;
    const Id* above = row(0);
    for (int y = 1; y < height_; ++y) {
      const Id* here = row(y);
      for (int x = NextDifference(above, here, first, last); x < last;
           x = NextDifference(above, here, x + 1, last)) {
        keep(x, begins[x - first], y, above[x], &found);
        begins[x - first] = y;
      }
      above = here;
    }
    for (int x = first; x < last; ++x) keep(x, begins[x - first], height_, above[x], &found);
    return sorted_by_line(found, first, last);
  }

  std::vector<Run> rows(int first, int last) const {
    std::vector<Run> found;
    for (int y = first; y < last; ++y) {
      const Id* ids = row(y);
      for (int x = 0; x < width_;) {
        // A row differs from itself moved by one where a run ends.
        const int end = NextDifference(ids, ids + 1, x, width_ - 1) + 1;
        keep(y, x, end, ids[x], &found);
        x = end;
      }
    }
    return found;
  }

 private:
  const Id* row(int y) const { return ids_ + static_cast<size_t>(y) * width_; }

  void keep(uint32_t line, uint32_t begin, uint32_t end, uint32_t id,
            std::vector<Run>* found) const {
    if (id < wanted_.size() && wanted_[id] != 0) found->push_back({line, begin, end, id});
  }

  // Found in order of their ends, so of one line they are in order already: a counting sort.
  static std::vector<Run> sorted_by_line(const std::vector<Run>& found, int first, int last) {
    std::vector<size_t> places(last - first + 1);
    for (const Run& run : found) ++places[run.line - first + 1];
    for (size_t i = 1; i < places.size(); ++i) places[i] += places[i - 1];
    std::vector<Run> sorted(found.size());
    for (const Run& run : found) sorted[places[run.line - first]++] = run;
    return sorted;
  }

  const Id* const ids_;
  const int width_, height_;
  const std::vector<uint8_t>& wanted_;
};

template <typename Id>
std::vector<Run> Find(const MapView& map, const std::vector<uint8_t>& wanted, Lines lines,
                      ThreadPool& pool) {
  const Scanner<Id> scanner(map, wanted);
  const int count = lines == Lines::kColumns ? map.width : map.height;
  const int band = lines == Lines::kColumns ? kBandColumns : kBandRows;
  std::vector<std::vector<Run>> parts((count + band - 1) / band);
  pool.parallel_for(static_cast<int64_t>(parts.size()), 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int first = static_cast<int>(i) * band, last = std::min(first + band, count);
      parts[i] =
          lines == Lines::kColumns ? scanner.columns(first, last) : scanner.rows(first, last);
    }
  });
  if (parts.size() == 1) return std::move(parts[0]);
  size_t total = 0;
  for (const auto& part : parts) total += part.size();
  std::vector<Run> all;
  all.reserve(total);
  for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

}  // namespace

std::vector<Run> FindRuns(const MapView& map, const std::vector<uint8_t>& wanted, Lines lines,
                          ThreadPool& pool) {
  if (map.width <= 0 || map.height <= 0) return {};
  return map.id_bytes == 1 ? Find<uint8_t>(map, wanted, lines, pool)
                           : Find<uint16_t>(map, wanted, lines, pool);
}

}  // namespace deeplab::exports
