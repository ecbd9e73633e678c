// Rows of the maps: the kernels row by row, what lies outside the crop, the rare pixels that the
// kernels leave out, and the count of classes. One a band of rows, on one thread.
#pragma once

#include <cstdint>

#include "core/memory.h"
#include "postprocess/logit_rows.h"
#include "postprocess/postprocess.h"

namespace deeplab::postprocess {

// What all bands of a call share.
struct BandContext {
  const ConstPlanes& logits;
  const plan::PostprocessPlan& plan;
  const plan::Geometry& geometry;
  const ClassTable& classes;
  const MapTarget& target;
  const RowKernels& kernels;
  ClassifyMode mode;
  bool bounds;          // decide by bounds of ln Σ e^v where that is enough
  float log_threshold;  // ln mode.threshold, where it bites
};

BandContext MakeContext(const ConstPlanes& logits, const plan::PostprocessPlan& plan,
                        const plan::Geometry& geometry, const ClassTable& classes,
                        const MapTarget& target, const RowKernels& kernels);

class BandWriter {
 public:
  explicit BandWriter(const BandContext& context);

  // Writes rows [begin, end) of the map; returns the number of non-finite pixels.
  int64_t write(int64_t begin, int64_t end);

 private:
  // The row's ids, in the map or, where they are only counted, in ids_; null: not wanted.
  void* ids_of(int64_t map_row) const noexcept;
  void fill(int64_t map_row, int64_t begin, int64_t end) const noexcept;
  void write_row(int row, int64_t map_row);
  void repair(const LogitRows::Row& from, int row, const ClassifyRow& to);
  void repair_pixel(int row, int x, const ClassifyRow& to);
  float bound_keep(const LogitRows::Row& row) const noexcept;
  void publish_counts() const noexcept;

  const BandContext& context_;
  LogitRows rows_;
  HostBuffer scratch_;  // [channel][lane]
  HostBuffer ids_;      // one row, where ids are only counted
  HostBuffer counts_;   // int64 by class id
  int64_t non_finite_ = 0;
};

}  // namespace deeplab::postprocess
