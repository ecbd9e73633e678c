#include "addon/convert_output.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "addon/border.h"
#include "core/copy.h"

namespace deeplab::addon {
namespace {

const char* PartName(bool is_confidence) {
  return is_confidence ? "confidence" : "segmentationMap";
}

[[noreturn]] void OutputError(const std::string& message, size_t index, bool is_confidence) {
  throw Error(ErrorCode::kOptionInvalid, message,
              {{"option", std::string("out.") + PartName(is_confidence)},
               {"index", std::to_string(index)}});
}

// The view's bytes at this moment; a transferred one has none.
struct Bytes {
  uint8_t* data = nullptr;
  size_t size = 0;
};

Bytes BytesOf(const Napi::TypedArray& array) {
  void* data = nullptr;
  napi_get_typedarray_info(array.Env(), array, nullptr, nullptr, &data, nullptr, nullptr);
  return {static_cast<uint8_t*>(data), data == nullptr ? 0 : array.ByteLength()};
}

size_t MapBytes(const plan::Geometry& g, size_t element) {
  return static_cast<size_t>(g.map_width) * g.map_height * element;
}

// Where the map goes in place; null: nowhere, or by a copy at the end.
void* ReadArray(const Napi::TypedArray& array, size_t index, bool is_confidence, size_t needed,
                CallerMemory* memory) {
  const Bytes bytes = BytesOf(array);
  if (bytes.size < needed) {
    OutputError(std::string("The array out.") + PartName(is_confidence) + " has " +
                    std::to_string(bytes.size) + " bytes, but the map needs " +
                    std::to_string(needed) + " (was it transferred?).",
                index, is_confidence);
  }
  if (IsShared(array)) {
    HeldMemory::Hold(bytes.data, needed, &memory->holds);  // a device may write there by itself
    memory->pins.push_back(Napi::Persistent(array.As<Napi::Object>()));
    return bytes.data;
  }
  memory->copies.push_back(
      {index, is_confidence, needed, Napi::Persistent(array.As<Napi::Object>())});
  return nullptr;
}

struct Range {
  size_t image;
  bool is_confidence;
  const uint8_t* data;
  size_t size;
};

std::vector<Range> OutputRanges(const std::vector<pipeline::InputImage>& images, int id_bytes,
                                const CallerMemory& memory) {
  std::vector<Range> ranges;
  for (size_t i = 0; i < images.size(); ++i) {
    const plan::Geometry& g = images[i].plan->geometry;
    const auto* ids = static_cast<const uint8_t*>(images[i].out_ids);
    const auto* confidence = reinterpret_cast<const uint8_t*>(images[i].out_confidence);
    if (ids != nullptr) ranges.push_back({i, false, ids, MapBytes(g, id_bytes)});
    if (confidence != nullptr) ranges.push_back({i, true, confidence, MapBytes(g, sizeof(float))});
  }
  for (const OutputCopy& copy : memory.copies) {
    const Bytes bytes = BytesOf(copy.array.Value().As<Napi::TypedArray>());
    ranges.push_back({copy.image, copy.is_confidence, bytes.data, copy.bytes});
  }
  return ranges;
}

std::string Named(const Range& range) {
  return std::string("out.") + PartName(range.is_confidence) + " of image " +
         std::to_string(range.image);
}

// Pixels that are read in place must not change under the kernels.
void CheckPixels(const Range& out, const std::vector<pipeline::InputImage>& images) {
  for (size_t i = 0; i < images.size(); ++i) {
    const ImageView& view = images[i].view;
    const bool borrowed = images[i].copy.data() == nullptr;
    if (!borrowed || view.data + ByteLength(view) <= out.data || out.data + out.size <= view.data) {
      continue;
    }
    OutputError("The array " + Named(out) + " lies over the pixels of image " + std::to_string(i) +
                    ", which are read in place.",
                out.image, out.is_confidence);
  }
}

}  // namespace

void* ReadOutputIds(const Napi::Uint8Array& array, size_t index, int id_bytes,
                    const plan::Geometry& geometry, CallerMemory* memory) {
  return ReadArray(array, index, false, MapBytes(geometry, id_bytes), memory);
}

float* ReadOutputConfidence(const Napi::Float32Array& array, size_t index,
                            const plan::Geometry& geometry, CallerMemory* memory) {
  return static_cast<float*>(
      ReadArray(array, index, true, MapBytes(geometry, sizeof(float)), memory));
}

void CheckOutputOverlaps(const std::vector<pipeline::InputImage>& images, int id_bytes,
                         const CallerMemory& memory) {
  std::vector<Range> ranges = OutputRanges(images, id_bytes, memory);
  std::sort(ranges.begin(), ranges.end(),
            [](const Range& a, const Range& b) { return a.data < b.data; });
  for (size_t i = 1; i < ranges.size(); ++i) {
    const Range& before = ranges[i - 1];
    const Range& here = ranges[i];
    if (before.data + before.size <= here.data) continue;
    OutputError("The arrays " + Named(before) + " and " + Named(here) + " share memory.",
                here.image, here.is_confidence);
  }
  for (const Range& out : ranges) CheckPixels(out, images);
}

void FillOutputs(pipeline::Request* request, const CallerMemory& memory) {
  for (const OutputCopy& copy : memory.copies) {
    const Bytes to = BytesOf(copy.array.Value().As<Napi::TypedArray>());
    if (to.size < copy.bytes) {
      OutputError(std::string("The array out.") + PartName(copy.is_confidence) +
                      " was transferred or made shorter before the call was answered.",
                  copy.image, copy.is_confidence);
    }
    pipeline::ImageResult& result = request->results[copy.image];
    HostBuffer& from = copy.is_confidence ? result.confidence : result.ids;
    CopyInBands(to.data, from.data(), copy.bytes);
    from.reset();
  }
}

}  // namespace deeplab::addon
