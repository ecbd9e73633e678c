#include "plan/column_bands.h"

#include <algorithm>
#include <cstring>
#include <numeric>

namespace deeplab::plan {
namespace {

// The columns that a group's weights touch.
struct Span {
  int output = 0;
  int base = 0;
  int columns = 1;
};

Span GroupSpan(const LinearTaps& table, int output, int lanes) {
  int first = table.start[output], last = first;
  bool found = false;
  for (int o = output; o < std::min(output + lanes, table.size()); ++o) {
    for (int t = 0; t < table.taps; ++t) {
      if (table.weight(t, o) == 0) continue;
      const int column = table.start[o] + t;
      first = found ? std::min(first, column) : column;
      last = found ? std::max(last, column) : column;
      found = true;
    }
  }
  return {output, first, last - first + 1};
}

void FillWeights(const LinearTaps& table, const Span& span, int lanes, float* weights,
                 float* outer) {
  for (int o = span.output; o < std::min(span.output + lanes, table.size()); ++o) {
    for (int t = 0; t < table.taps; ++t) {
      if (table.weight(t, o) == 0) continue;
      const int column = table.start[o] + t - span.base;
      weights[column * lanes + (o - span.output)] = table.weight(t, o);
    }
    outer[o - span.output] = table.outer[o];
  }
}

std::vector<Span> SortedSpans(const LinearTaps& table, int lanes) {
  std::vector<Span> spans;
  for (int o = 0; o < table.size(); o += lanes) {
    spans.push_back(table.identity ? Span{o, table.start[o], 0} : GroupSpan(table, o, lanes));
  }
  std::stable_sort(spans.begin(), spans.end(),
                   [](const Span& a, const Span& b) { return a.columns < b.columns; });
  return spans;
}

float* Zeros(HostBuffer& buffer, size_t count) {
  buffer = BufferPool::Instance().acquire(count * sizeof(float));
  std::memset(buffer.data(), 0, count * sizeof(float));
  return buffer.as<float>();
}

}  // namespace

ColumnBands ComputeColumnBands(const LinearTaps& table, int lanes) {
  const std::vector<Span> spans = SortedSpans(table, lanes);
  const int columns = std::accumulate(spans.begin(), spans.end(), 0,
                                      [](int sum, const Span& span) { return sum + span.columns; });
  ColumnBands bands;
  bands.lanes = lanes;
  bands.first = *std::min_element(table.start.begin(), table.start.end());
  bands.end = *std::max_element(table.start.begin(), table.start.end()) + table.taps;
  float* weights = Zeros(bands.weights, static_cast<size_t>(columns) * lanes);
  float* outer = Zeros(bands.outer, spans.size() * lanes);
  bands.groups.reserve(spans.size());  // runs point into it
  for (const Span& span : spans) {
    if (bands.runs.empty() || bands.runs.back().columns != span.columns) {
      bands.runs.push_back({span.columns, 0, bands.groups.data() + bands.groups.size(), weights,
                            table.any_outer ? outer : nullptr});
    }
    ++bands.runs.back().count;
    bands.groups.push_back({span.output, span.base});
    if (span.columns > 0) FillWeights(table, span, lanes, weights, outer);
    weights += static_cast<size_t>(span.columns) * lanes;
    outer += lanes;
  }
  return bands;
}

}  // namespace deeplab::plan
