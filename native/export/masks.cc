#include "export/masks.h"

#include <algorithm>
#include <numeric>

namespace deeplab::exports {
namespace {

// Which of a forest's trees a run belongs to. The root is always the smallest index, so trees are
// numbered in order of their first runs.
class Forest {
 public:
  explicit Forest(size_t count) : parents_(count) {
    std::iota(parents_.begin(), parents_.end(), 0u);
  }

  uint32_t root(uint32_t i) {
    while (parents_[i] != i) i = parents_[i] = parents_[parents_[i]];
    return i;
  }

  void join(uint32_t a, uint32_t b) {
    a = root(a);
    b = root(b);
    parents_[std::max(a, b)] = std::min(a, b);
  }

 private:
  std::vector<uint32_t> parents_;
};

// Joins runs of one line with those of the line before that they touch.
void JoinLines(const std::vector<Run>& runs, Forest* forest) {
  size_t before = 0, before_end = 0;  // the line before
  for (size_t here = 0; here < runs.size();) {
    size_t end = here;
    while (end < runs.size() && runs[end].line == runs[here].line) ++end;
    if (before_end == before || runs[before].line + 1 != runs[here].line) before = before_end;
    for (size_t a = before, b = here; a < before_end && b < end;) {
      const bool touch = runs[a].begin < runs[b].end && runs[b].begin < runs[a].end;
      if (touch && runs[a].id == runs[b].id)
        forest->join(static_cast<uint32_t>(a), static_cast<uint32_t>(b));
      // The one that ends first touches nothing more; where both do, neither does.
      const uint32_t a_end = runs[a].end, b_end = runs[b].end;
      if (a_end <= b_end) ++a;
      if (b_end <= a_end) ++b;
    }
    before = here;
    before_end = here = end;
  }
}

Mask EmptyMask(uint32_t id) { return {id, 0, 0, 0, UINT32_MAX, 0, UINT32_MAX, 0}; }

void Add(const Run& run, Mask* mask) {
  mask->area += run.end - run.begin;
  mask->line_begin = std::min(mask->line_begin, run.line);
  mask->line_end = std::max(mask->line_end, run.line + 1);
  mask->begin = std::min(mask->begin, run.begin);
  mask->end = std::max(mask->end, run.end);
  ++mask->last_run;  // a number of runs, for now
}

// The runs of every mask together; `owner` says to which each belongs.
Masks Gather(const std::vector<Run>& runs, const std::vector<uint32_t>& owner,
             std::vector<Mask> masks, uint64_t least_area) {
  std::vector<uint32_t> order(masks.size());
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(),
                   [&](uint32_t a, uint32_t b) { return masks[a].id < masks[b].id; });
  Masks all;
  std::vector<size_t> places(masks.size(), SIZE_MAX);
  size_t next = 0;
  for (const uint32_t i : order) {
    if (masks[i].area < least_area) continue;
    Mask mask = masks[i];
    mask.first_run = places[i] = next;
    mask.last_run = next += masks[i].last_run;
    all.list.push_back(mask);
  }
  all.runs.resize(next);
  for (size_t i = 0; i < runs.size(); ++i) {
    size_t& place = places[owner[i]];
    if (place != SIZE_MAX) all.runs[place++] = runs[i];
  }
  return all;
}

// Masks from a key a run, numbered in order of their first runs.
Masks GatherByKey(const std::vector<Run>& runs, std::vector<uint32_t> keys, size_t key_count,
                  uint64_t least_area) {
  std::vector<uint32_t> numbers(key_count, UINT32_MAX);
  std::vector<Mask> masks;
  for (size_t i = 0; i < runs.size(); ++i) {
    uint32_t& number = numbers[keys[i]];
    if (number == UINT32_MAX) {
      number = static_cast<uint32_t>(masks.size());
      masks.push_back(EmptyMask(runs[i].id));
    }
    keys[i] = number;
    Add(runs[i], &masks[number]);
  }
  return Gather(runs, keys, std::move(masks), least_area);
}

}  // namespace

Masks ByClass(const std::vector<Run>& runs) {
  std::vector<uint32_t> keys(runs.size());
  for (size_t i = 0; i < runs.size(); ++i) keys[i] = runs[i].id;
  return GatherByKey(runs, std::move(keys), size_t{1} << 16, 0);
}

Masks ByRegion(const std::vector<Run>& runs, uint64_t least_area) {
  Forest forest(runs.size());
  JoinLines(runs, &forest);
  std::vector<uint32_t> keys(runs.size());
  for (size_t i = 0; i < runs.size(); ++i) keys[i] = forest.root(static_cast<uint32_t>(i));
  return GatherByKey(runs, std::move(keys), runs.size(), least_area);
}

double SumOver(const Masks& masks, const Mask& mask, Lines lines, const float* confidence,
               int width) {
  const size_t along = lines == Lines::kColumns ? static_cast<size_t>(width) : 1;
  const size_t across = lines == Lines::kColumns ? 1 : static_cast<size_t>(width);
  double sum = 0;
  for (size_t i = mask.first_run; i < mask.last_run; ++i) {
    const Run& run = masks.runs[i];
    const float* value = confidence + run.line * across + run.begin * along;
    for (uint32_t j = run.begin; j < run.end; ++j, value += along) sum += *value;
  }
  return sum;
}

}  // namespace deeplab::exports
