// The host's half of pre-processing on the device: tables and descriptions for its kernels. Pure
// functions; who calls them owns the memory and launches.
#pragma once

#include <cstdint>
#include <vector>

#include "core/image.h"
#include "core/tensor.h"
#include "plan/plan.h"
#include "preprocess/preprocess_cuda.h"

namespace deeplab::preprocess {

// One axis in the order of CudaTaps::entries; empty where nothing is resized.
std::vector<int32_t> PackTaps(const plan::FixedTaps& taps);

// CudaImage::values for a network of this input type, as the CPU normalises (normalize.h).
std::vector<uint8_t> PackValues(const plan::ModelConfig& config, DataType type);

// One image of a launch. `image.data` is its address on the device; where the plan has a contrast
// mode, the image is its crop in three channels, and contrast was applied. `columns` and `rows` are
// the plan's packed taps there, `values` the packed values.
CudaImage DescribeImage(const ImageView& image, const plan::PreprocessPlan& plan,
                        const plan::ModelConfig& config, const int32_t* columns,
                        const int32_t* rows, const void* values);

}  // namespace deeplab::preprocess
