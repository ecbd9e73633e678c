#include "addon/visualize.h"

#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "addon/border.h"
#include "addon/convert_image.h"
#include "addon/convert_result.h"
#include "addon/copy.h"
#include "addon/env_state.h"
#include "addon/errands.h"
#include "addon/js_error.h"
#include "core/memory.h"
#include "core/thread_pool.h"
#include "visualize/class_counts.h"
#include "visualize/overlay.h"

namespace deeplab::addon {
namespace {

constexpr int kMostIds = 1 << 16;

// The caller's memory, read in place, or a copy of it.
class Bytes {
 public:
  // `borrow`: nobody can take the memory away while it is read, so it is pinned instead of copied.
  template <typename Array>
  void take(const Array& array, bool borrow, Errands::Pins* pins) {
    data_ = array.Data();
    if (array.ByteLength() == 0) return;
    if (borrow) return pins->push_back(Napi::Persistent(array.template As<Napi::Object>()));
    copy_ = BufferPool::Instance().acquire(array.ByteLength());
    CopyInBands(copy_.data(), data_, array.ByteLength());
    data_ = copy_.data();
  }
  const void* data() const noexcept { return data_; }

 private:
  const void* data_ = nullptr;
  HostBuffer copy_;
};

struct ClassMap {
  Bytes ids;
  int id_bytes = 1;
  int64_t pixels = 0;
};

void ReadMap(Napi::Object from, ClassMap* map, Errands::Pins* pins) {
  const Napi::Uint8Array bytes = ReadBytes(from, "map");
  map->id_bytes = ReadInt(from, "idBytes");
  if (map->id_bytes != 1 && map->id_bytes != 2) BorderError("idBytes", "1 or 2");
  if (bytes.ByteOffset() % map->id_bytes != 0 || bytes.ByteLength() % map->id_bytes != 0) {
    BorderError("map", "whole ids");
  }
  map->pixels = static_cast<int64_t>(bytes.ByteLength()) / map->id_bytes;
  map->ids.take(bytes, ReadBool(from, "borrow"), pins);
}

// Runs `work`, which keeps its own state, off this thread.
Napi::Value RunErrand(Napi::Env env, Errands::Pins pins, Errands::Work work,
                      Errands::Finish finish) {
  EnvState& state = EnvState::Of(env);
  if (state.down()) throw Error(ErrorCode::kClosed, "The process is leaving.");
  return state.errands().run(env, std::move(pins), std::move(work), std::move(finish));
}

Napi::Object ReadArgument(const Napi::CallbackInfo& info) {
  if (!info[0].IsObject()) BorderError("argument", "an object");
  return info[0].As<Napi::Object>();
}

struct Counting {
  ClassMap map;
  Bytes confidence;
  std::vector<double> pixels;
  std::vector<double> sums;
};

Napi::ArrayBuffer ToArrayBuffer(Napi::Env env, const std::vector<double>& values) {
  Napi::ArrayBuffer to = Napi::ArrayBuffer::New(env, values.size() * sizeof(double));
  if (!values.empty()) std::memcpy(to.Data(), values.data(), to.ByteLength());
  return to;
}

struct Painting {
  ClassMap map;
  std::vector<uint32_t> colors;
  ImageView picture;
  HostBuffer copy;  // of the picture's pixels, unless they are borrowed
  HostBuffer rgba;
  visualize::OverlayJob job{};
};

void ReadPicture(Napi::Object from, Painting* to, Errands::Pins* pins) {
  Numbers numbers(from, "pictureNumbers");
  if (numbers.left() == 0) return;
  const ImageNumbers image = ReadImageNumbers(&numbers);
  const Napi::Uint8Array bytes = ReadBytes(from, "picture");
  to->picture = image.view;
  SetPixels(bytes, &to->picture);
  if (image.borrow) {
    pins->push_back(Napi::Persistent(bytes.As<Napi::Object>()));
  } else {
    to->copy = CopyPixels(&to->picture);
  }
  to->job.picture = &to->picture;
  to->job.picture_x = ReadInt(from, "pictureX");
  to->job.picture_y = ReadInt(from, "pictureY");
}

void ReadColors(Napi::Object from, Painting* to) {
  const Napi::Uint8Array bytes = ReadBytes(from, "colors");
  if (bytes.ByteLength() % sizeof(uint32_t) != 0) BorderError("colors", "four bytes an id");
  to->colors.resize(bytes.ByteLength() / sizeof(uint32_t));
  if (!to->colors.empty()) std::memcpy(to->colors.data(), bytes.Data(), bytes.ByteLength());
  to->job.colors = to->colors.data();
  to->job.color_count = static_cast<int>(to->colors.size());
  to->job.weight = ReadInt(from, "weight");
  if (to->job.weight < 0 || to->job.weight > 256) BorderError("weight", "from 0 to 256");
}

void ReadSize(Napi::Object from, Painting* to) {
  visualize::OverlayJob& job = to->job;
  job.width = ReadInt(from, "width");
  job.height = ReadInt(from, "height");
  if (job.width < 0 || job.height < 0 || int64_t{job.width} * job.height != to->map.pixels) {
    BorderError("map", "width times height ids (was the array transferred?)");
  }
  job.ids = to->map.ids.data();
  job.id_bytes = to->map.id_bytes;
  to->rgba = BufferPool::Instance().acquire(static_cast<size_t>(to->map.pixels) * 4);
  job.rgba = to->rgba.as<uint8_t>();
}

}  // namespace

Napi::Value CountClasses(const Napi::CallbackInfo& info) {
  return Guard(info.Env(), [&]() -> Napi::Value {
    const Napi::Object from = ReadArgument(info);
    const auto counting = std::make_shared<Counting>();
    Errands::Pins pins;
    ReadMap(from, &counting->map, &pins);
    const Napi::Float32Array confidence = ReadFloats(from, "confidence");
    if (static_cast<int64_t>(confidence.ElementLength()) != counting->map.pixels) {
      BorderError("confidence", "as long as the map (was the array transferred?)");
    }
    counting->confidence.take(confidence, ReadBool(from, "borrow"), &pins);
    const int id_count = ReadInt(from, "idCount");
    if (id_count < 0 || id_count > kMostIds) BorderError("idCount", "a number of class ids");
    counting->pixels.resize(static_cast<size_t>(id_count));
    counting->sums.resize(static_cast<size_t>(id_count));
    const auto work = [counting, id_count] {
      visualize::CountClasses(
          {counting->map.ids.data(), counting->map.id_bytes,
           static_cast<const float*>(counting->confidence.data()), counting->map.pixels, id_count,
           counting->pixels.data(), counting->sums.data()},
          ThreadPool::Instance());
    };
    return RunErrand(info.Env(), std::move(pins), work, [counting](Napi::Env env) -> Napi::Value {
      Napi::Object to = Napi::Object::New(env);
      to.Set("pixels", ToArrayBuffer(env, counting->pixels));
      to.Set("confidenceSums", ToArrayBuffer(env, counting->sums));
      return to;
    });
  });
}

Napi::Value PaintOverlay(const Napi::CallbackInfo& info) {
  return Guard(info.Env(), [&]() -> Napi::Value {
    const Napi::Object from = ReadArgument(info);
    const auto painting = std::make_shared<Painting>();
    Errands::Pins pins;
    ReadMap(from, &painting->map, &pins);
    ReadColors(from, painting.get());
    ReadPicture(from, painting.get(), &pins);
    ReadSize(from, painting.get());
    const auto work = [painting] {
      visualize::PaintOverlay(painting->job, ThreadPool::Instance());
    };
    return RunErrand(info.Env(), std::move(pins), work, [painting](Napi::Env env) -> Napi::Value {
      return Adopt(env, std::move(painting->rgba));
    });
  });
}

}  // namespace deeplab::addon
