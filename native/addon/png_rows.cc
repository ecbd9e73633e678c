#include <memory>
#include <utility>

#include "addon/border.h"
#include "addon/class_map.h"
#include "addon/external_memory.h"
#include "addon/js_error.h"
#include "addon/visualize.h"
#include "core/thread_pool.h"
#include "visualize/png_rows.h"

namespace deeplab::addon {
namespace {

using visualize::PngSample;

// In the order of PngSample, with the bytes of a pixel.
constexpr const char* kSamples[] = {"bytes",      "wideBytes", "shorts", "unitBytes",
                                    "unitShorts", "rgba",      "opaque"};
constexpr int kSampleBytes[] = {1, 1, 2, 4, 4, 4, 4};
constexpr const char* kFilters[] = {"up", "paeth"};
constexpr visualize::PngFilter kFilterTypes[] = {visualize::PngFilter::kUp,
                                                 visualize::PngFilter::kPaeth};

struct Filtering {
  CallerBytes samples;
  HostBuffer rows;
  visualize::PngRowsJob job{};
};

void ReadSamples(Napi::Object from, Filtering* to, Errands::Pins* pins) {
  visualize::PngRowsJob& job = to->job;
  const Napi::Uint8Array bytes = ReadBytes(from, "samples");
  const int sample = ReadChoice(from, "sample", kSamples);
  job.sample = static_cast<PngSample>(sample);
  job.filter = kFilterTypes[ReadChoice(from, "filter", kFilters)];
  job.width = ReadInt(from, "width");
  job.height = ReadInt(from, "height");
  const int64_t pixels = int64_t{job.width} * job.height;
  if (job.width < 1 || job.height < 1 ||
      pixels * kSampleBytes[sample] != static_cast<int64_t>(bytes.ByteLength())) {
    BorderError("samples", "width times height pixels (was the array transferred?)");
  }
  if (visualize::PngRowBytes(job.sample, job.width) > INT32_MAX / 2) {
    BorderError("width", "fewer pixels than a gigabyte has");
  }
  if (bytes.ByteOffset() % kSampleBytes[sample] != 0) BorderError("samples", "whole pixels");
  to->samples.take(bytes, pins);
  job.samples = to->samples.data();
}

}  // namespace

Napi::Value FilterPngRows(const Napi::CallbackInfo& info) {
  return Guard(info.Env(), [&]() -> Napi::Value {
    const auto filtering = std::make_shared<Filtering>();
    Errands::Pins pins;
    ReadSamples(ReadArgument(info), filtering.get(), &pins);
    const auto& job = filtering->job;
    filtering->rows = BufferPool::Instance().acquire(
        static_cast<size_t>(visualize::PngRowBytes(job.sample, job.width)) * job.height);
    filtering->job.rows = filtering->rows.as<uint8_t>();
    const auto work = [filtering] {
      visualize::WritePngRows(filtering->job, ThreadPool::Instance());
    };
    return RunErrand(info.Env(), std::move(pins), work, [filtering](Napi::Env env) -> Napi::Value {
      return Adopt(env, std::move(filtering->rows));
    });
  });
}

}  // namespace deeplab::addon
