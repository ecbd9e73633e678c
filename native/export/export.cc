#include "export/export.h"

#include "export/rle.h"

namespace deeplab::exports {
namespace {

Lines LinesOf(Format format) {
  return format == Format::kCounts || format == Format::kText ? Lines::kColumns : Lines::kRows;
}

void Append(const ExportJob& job, const Masks& masks, const Mask& mask,
            std::vector<uint8_t>* bytes) {
  const bool columns = LinesOf(job.format) == Lines::kColumns;
  const Canvas canvas{static_cast<uint64_t>(columns ? job.canvas_height : job.canvas_width),
                      static_cast<uint64_t>(job.canvas_width) * job.canvas_height};
  switch (job.format) {
    case Format::kCounts: {
      const std::vector<uint32_t> counts = Counts(masks, mask, canvas);
      const auto* data = reinterpret_cast<const uint8_t*>(counts.data());
      bytes->insert(bytes->end(), data, data + counts.size() * sizeof(uint32_t));
      return;
    }
    case Format::kText:
      return AppendText(Counts(masks, mask, canvas), bytes);
    case Format::kBrush:
      return AppendBrush(masks, mask, canvas, bytes);
    default:
      return AppendRuns(masks, mask, bytes);
  }
}

ExportedMask Describe(const Mask& mask, Lines lines) {
  const uint32_t across = mask.line_end - mask.line_begin, along = mask.end - mask.begin;
  if (lines == Lines::kColumns)
    return {mask.id, mask.area, mask.line_begin, mask.begin, across, along, 0, 0, 0};
  return {mask.id, mask.area, mask.begin, mask.line_begin, along, across, 0, 0, 0};
}

}  // namespace

uint64_t MostPixels(Format format) {
  // Counts are 32 bits wide, and so is the brush code's number of values, four a pixel.
  return format == Format::kBrush ? UINT32_MAX / 4 : UINT32_MAX;
}

ExportedMasks ExportMasks(const ExportJob& job, ThreadPool& pool) {
  const Lines lines = LinesOf(job.format);
  const std::vector<Run> runs = FindRuns(job.map, *job.wanted, lines, pool);
  const Masks masks = job.by_region ? ByRegion(runs, job.least_area) : ByClass(runs);
  ExportedMasks exported;
  exported.list.reserve(masks.list.size());
  for (const Mask& mask : masks.list) {
    ExportedMask& entry = exported.list.emplace_back(Describe(mask, lines));
    if (job.confidence != nullptr)
      entry.confidence_sum = SumOver(masks, mask, lines, job.confidence, job.map.width);
    entry.begin = exported.bytes.size();
    Append(job, masks, mask, &exported.bytes);
    entry.end = exported.bytes.size();
  }
  return exported;
}

}  // namespace deeplab::exports
