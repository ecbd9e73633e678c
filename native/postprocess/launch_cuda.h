// The host's half of post-processing on the device: tables and descriptions for its kernels. Pure
// functions; who calls them owns the memory and launches.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/tensor.h"
#include "plan/plan.h"
#include "postprocess/postprocess.h"
#include "postprocess/postprocess_cuda.h"

namespace deeplab::postprocess {

// One axis in the order of CudaAxis::entries. Starts never fall from one output to the next, so
// that the first and the last of a tile tell what all of it reads.
std::vector<uint32_t> PackAxis(const plan::LinearTaps& table);

// The most columns of logits that a tile reads.
int WidestTile(const plan::LinearTaps& columns);

// One map of a launch, but for where its results go. Axes and thresholds are addresses on the
// device: the plan's packed axes, and classes.thresholds.
CudaMap DescribeMap(const void* logits, const plan::PostprocessPlan& plan,
                    const plan::Geometry& geometry, const ClassTable& classes,
                    const uint32_t* columns, const uint32_t* rows, const float* thresholds);

// What a launch is made with.
struct CudaLaunch {
  unsigned grid[3];
  unsigned block[3];
  size_t shared_bytes;
};

// Completes a launch of `count` maps over logits of this shape: sizes of the shared memory and the
// grid. `widest_tile` is the largest of the maps' plans.
CudaLaunch CompleteLaunch(CudaPostprocess* batch, int count, const PlaneShape& logits,
                          int widest_tile);

}  // namespace deeplab::postprocess
