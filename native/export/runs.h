// A class map as runs: stretches of one class within a column or a row. Every export starts from
// them.
#pragma once

#include <cstdint>
#include <vector>

#include "core/thread_pool.h"

namespace deeplab::exports {

// Owns nothing; the memory outlives the call.
struct MapView {
  const void* ids;  // height rows of width class ids, dense
  int id_bytes;     // 1 or 2
  int width, height;
};

// Which way the lines lie that are cut into runs: COCO goes down the columns, Label Studio along
// the rows.
enum class Lines { kColumns, kRows };

// Pixels [begin, end) of one line, all of class `id`.
struct Run {
  uint32_t line;
  uint32_t begin, end;
  uint32_t id;
};

// The runs of all ids that `wanted` (1 an id; ids beyond it are not wanted) asks for, in order of
// line and begin. Reads the map once, along its rows whichever way the lines lie, in bands on the
// pool.
std::vector<Run> FindRuns(const MapView& map, const std::vector<uint8_t>& wanted, Lines lines,
                          ThreadPool& pool);

}  // namespace deeplab::exports
