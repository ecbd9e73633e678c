// A class map as masks in one of the formats: the whole way, from runs to bytes.
#pragma once

#include <cstdint>
#include <vector>

#include "export/masks.h"

namespace deeplab::exports {

// What the bytes of each mask are; lib/native.ts has the same order.
enum class Format {
  kCounts,  // COCO's counts, uint32 each
  kText,    // the same as COCO's text
  kBrush,   // Label Studio's brush code
  kRuns,    // line, begin, end as uint32, by row
  kCount,
};

// Owns nothing; all memory outlives the call.
struct ExportJob {
  MapView map;
  // Size of the picture whose top left the map is; at least the map's, at most MostPixels(format).
  int canvas_width, canvas_height;
  const std::vector<uint8_t>* wanted;  // by id: 1 where it is exported
  Format format;
  bool by_region;       // a mask a connected region, not a class
  uint64_t least_area;  // of a region
  // Null: no sums. Else one value a pixel of the map.
  const float* confidence;
};

struct ExportedMask {
  uint32_t id;
  uint64_t area;
  uint32_t x, y, width, height;  // bounding box
  double confidence_sum;
  size_t begin, end;  // its bytes
};

struct ExportedMasks {
  std::vector<ExportedMask> list;  // in order of Masks::list
  std::vector<uint8_t> bytes;
};

// Pixels of the largest picture the format can say.
uint64_t MostPixels(Format format);

ExportedMasks ExportMasks(const ExportJob& job, ThreadPool& pool);

}  // namespace deeplab::exports
