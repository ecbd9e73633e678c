// Which instruction set the kernels use. Kernel sources (native/*/*_kernels.cc) are compiled once
// for each level; at run time the best one that this machine has is taken, or the one that
// DEEPLAB_RT_SIMD names.
#pragma once

#include <vector>

namespace deeplab {

// kScalar is the platform's baseline (no instruction set has to be detected) and the yardstick: its
// order of operations and its rounding are the contract. The others may fuse a multiply and an add.
enum class SimdLevel { kScalar, kAvx2, kAvx512, kNeon };

const char* Name(SimdLevel level) noexcept;

// Floats in one vector of the level's kernels (core/vec.h).
int FloatLanes(SimdLevel level) noexcept;

// What this build holds and this machine can run, worst first.
const std::vector<SimdLevel>& UsableSimdLevels();

// The level in use, decided at the first call. Throws Error{kOptionInvalid} where DEEPLAB_RT_SIMD
// names something that is unknown, or that cannot run here.
SimdLevel ActiveSimdLevel();

}  // namespace deeplab
