#include "addon/export_masks.h"

#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "addon/border.h"
#include "addon/class_map.h"
#include "addon/external_memory.h"
#include "addon/js_error.h"
#include "core/thread_pool.h"
#include "export/export.h"

namespace deeplab::addon {
namespace {

struct Exporting {
  ClassMap map;
  CallerBytes confidence;
  std::vector<uint8_t> wanted;
  exports::ExportJob job{};
  std::vector<double> numbers;
  HostBuffer bytes;
};

void ReadSizes(Napi::Object from, Exporting* to) {
  exports::ExportJob& job = to->job;
  Numbers numbers(from, "numbers");
  job.map.width = numbers.integer();
  job.map.height = numbers.integer();
  job.canvas_width = numbers.integer();
  job.canvas_height = numbers.integer();
  job.format = numbers.choice<exports::Format>(static_cast<int>(exports::Format::kCount));
  job.by_region = numbers.integer() != 0;
  job.least_area = numbers.id();
  if (job.map.width < 0 || job.map.height < 0 ||
      int64_t{job.map.width} * job.map.height != to->map.pixels) {
    BorderError("map", "width times height ids (was the array transferred?)");
  }
  if (job.canvas_width < job.map.width || job.canvas_height < job.map.height ||
      static_cast<uint64_t>(job.canvas_width) * job.canvas_height >
          exports::MostPixels(job.format)) {
    BorderError("numbers", "a picture that holds the map and that the format can say");
  }
  job.map.ids = to->map.ids.data();
  job.map.id_bytes = to->map.id_bytes;
}

void ReadWanted(Napi::Object from, Exporting* to) {
  const Napi::Uint8Array wanted = ReadBytes(from, "wanted");
  to->wanted.assign(wanted.Data(), wanted.Data() + wanted.ByteLength());
  to->job.wanted = &to->wanted;
}

// On the errand's thread: what JavaScript is to get, in as few pieces as can be.
void Export(Exporting* to) {
  const exports::ExportedMasks masks = exports::ExportMasks(to->job, ThreadPool::Instance());
  to->numbers.reserve(masks.list.size() * 9);
  for (const exports::ExportedMask& mask : masks.list) {
    for (const double number :
         {static_cast<double>(mask.id), static_cast<double>(mask.area), static_cast<double>(mask.x),
          static_cast<double>(mask.y), static_cast<double>(mask.width),
          static_cast<double>(mask.height), mask.confidence_sum, static_cast<double>(mask.begin),
          static_cast<double>(mask.end)})
      to->numbers.push_back(number);
  }
  if (masks.bytes.empty()) return;
  to->bytes = BufferPool::Instance().acquire(masks.bytes.size());
  std::memcpy(to->bytes.data(), masks.bytes.data(), masks.bytes.size());
}

Napi::Value ToJsMasks(Napi::Env env, Exporting* from) {
  Napi::Object to = Napi::Object::New(env);
  Napi::ArrayBuffer numbers = Napi::ArrayBuffer::New(env, from->numbers.size() * sizeof(double));
  if (!from->numbers.empty()) {
    std::memcpy(numbers.Data(), from->numbers.data(), numbers.ByteLength());
  }
  to.Set("numbers", numbers);
  to.Set("bytes", from->numbers.empty() ? Napi::ArrayBuffer::New(env, 0)
                                        : Adopt(env, std::move(from->bytes)));
  return to;
}

}  // namespace

Napi::Value ExportMasks(const Napi::CallbackInfo& info) {
  return Guard(info.Env(), [&]() -> Napi::Value {
    const Napi::Object from = ReadArgument(info);
    const auto exporting = std::make_shared<Exporting>();
    Errands::Pins pins;
    ReadMap(from, &exporting->map, &pins);
    ReadSizes(from, exporting.get());
    ReadWanted(from, exporting.get());
    if (ReadBool(from, "sums")) {
      ReadConfidence(from, exporting->map.pixels, &exporting->confidence, &pins);
      exporting->job.confidence = static_cast<const float*>(exporting->confidence.data());
    }
    return RunErrand(
        info.Env(), std::move(pins), [exporting] { Export(exporting.get()); },
        [exporting](Napi::Env env) { return ToJsMasks(env, exporting.get()); });
  });
}

}  // namespace deeplab::addon
