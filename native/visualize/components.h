// How many connected regions each class has, in one pass over the map and in memory of a row.
#pragma once

#include <cstdint>

namespace deeplab::visualize {

// Owns nothing; all memory outlives the call.
struct ComponentsJob {
  const void* ids;  // height rows of width class ids, dense
  int id_bytes;     // 1 or 2
  int width, height;
  int connectivity;  // 4: sides touch; 8: corners too
  int id_count;      // regions of other ids are not counted
  double* counts;    // by id; written, not added to
};

// Runs of equal ids, row by row, joined with those of the row above (Rosenfeld and Pfaltz's
// labelling, on runs and with a union-find). By the calling thread alone.
void CountComponents(const ComponentsJob& job);

}  // namespace deeplab::visualize
