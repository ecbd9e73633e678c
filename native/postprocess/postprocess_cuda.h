// Post-processing on the device: what its kernels are given. Plain structs by value, read by host
// and device alike; all pointers are device addresses.
//
// The same steps as on the CPU (postprocess.h), from the same tables and in the order of sums of
// its scalar level, so with the same bits: resize (tap tables, cut heads in them) → softmax or
// sigmoid → arg max → background's slot → threshold → place into the map.
#pragma once

#include <cstdint>

namespace deeplab::postprocess {

// Images of one launch. All of a batch, but for the largest: kernel parameters have 32 KB.
constexpr int kCudaImages = 32;

// A block's tile of the map; one thread a pixel.
constexpr int kCudaTileWidth = 64;
constexpr int kCudaTileHeight = 4;

// Class counts up to this many ids are gathered in a block's own memory first.
constexpr int kCudaSharedCounts = 1024;

// One axis: plan::LinearTaps as 32-bit words, one array behind another: start[count],
// weights[taps][count], outer[count].
struct CudaAxis {
  const uint32_t* entries;
  int32_t count;
  int32_t taps;
};

struct CudaMap {
  const void* logits;      // channels × height × width of CudaPostprocess
  CudaAxis columns, rows;  // of the crop
  float constant;          // what surrounds the logits

  int32_t width, height;    // of the map
  int32_t crop_x, crop_y;   // … and where the crop lies in it
  const float* thresholds;  // by class id
  int32_t ids_known;        // as many
  int32_t hole;             // channel k is class k, or k + 1 from `hole` on
  int32_t background;
  int32_t asked_count;
  const uint16_t* asked;  // channels whose probabilities are wanted

  // What is null is not wanted.
  void* ids;             // dense, id_bytes (1, 2) each
  void* confidence;      // dense, confidence_bytes (4: float; 1: 255 times it, rounded) each
  float* probabilities;  // planes, one for each of `asked`
  uint32_t* areas;       // by class id; added to
  uint32_t* non_finite;  // never null; added to
  uint8_t id_bytes;
  uint8_t confidence_bytes;
  uint8_t bites;  // 0: no pixel's probability can be below its threshold
  uint8_t padding[5];
};

// One launch: grid (⌈widest / kCudaTileWidth⌉, ⌈highest / kCudaTileHeight⌉, maps), blocks of
// kCudaTileWidth × kCudaTileHeight threads, with kCudaTileHeight · chunk · segment floats and
// shared_counts words of dynamic shared memory.
struct CudaPostprocess {
  CudaMap maps[kCudaImages];
  int32_t channels, width, height;  // of the logits
  // A tile's rows of logits, vertically blended, lie in shared memory: `segment` columns are the
  // most that any tile reads, `chunk` channels fit at a time. chunk 0: not even one does, and
  // threads read the logits themselves.
  int32_t segment, chunk;
  int32_t shared_counts;  // 0: areas are not wanted, or of too many ids
};

// By the logits' type.
constexpr const char* kCudaPostprocessFloat = "deeplab_postprocess_f32";
constexpr const char* kCudaPostprocessHalf = "deeplab_postprocess_f16";

}  // namespace deeplab::postprocess
