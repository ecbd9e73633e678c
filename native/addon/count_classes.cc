#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "addon/border.h"
#include "addon/class_map.h"
#include "addon/js_error.h"
#include "addon/visualize.h"
#include "core/thread_pool.h"
#include "visualize/class_counts.h"
#include "visualize/components.h"

namespace deeplab::addon {
namespace {

constexpr int kMostIds = 1 << 16;

struct Counting {
  ClassMap map;
  MapSize size;
  CallerBytes confidence;  // without data where there is none
  int connectivity = 0;
  std::vector<double> pixels, sums, components;
  std::vector<visualize::ClassBox> boxes;
};

template <typename T>
Napi::ArrayBuffer ToArrayBuffer(Napi::Env env, const std::vector<T>& values) {
  Napi::ArrayBuffer to = Napi::ArrayBuffer::New(env, values.size() * sizeof(T));
  if (!values.empty()) std::memcpy(to.Data(), values.data(), to.ByteLength());
  return to;
}

void ReadCounts(Napi::Object from, Counting* to) {
  const int id_count = ReadInt(from, "idCount");
  if (id_count < 0 || id_count > kMostIds) BorderError("idCount", "a number of class ids");
  const auto count = static_cast<size_t>(id_count);
  to->pixels.resize(count);
  to->sums.resize(count);
  to->boxes.resize(count);
  to->connectivity = ReadInt(from, "connectivity");
  if (to->connectivity == 0) return;
  if (to->connectivity != 4 && to->connectivity != 8) BorderError("connectivity", "0, 4 or 8");
  to->components.resize(count);
}

void Count(Counting* counting) {
  const ClassMap& map = counting->map;
  const int id_count = static_cast<int>(counting->pixels.size());
  visualize::CountClasses(
      {map.ids.data(), map.id_bytes, static_cast<const float*>(counting->confidence.data()),
       counting->size.width, counting->size.height, id_count, counting->pixels.data(),
       counting->sums.data(), counting->boxes.data()},
      ThreadPool::Instance());
  if (counting->connectivity == 0) return;
  visualize::CountComponents({map.ids.data(), map.id_bytes, counting->size.width,
                              counting->size.height, counting->connectivity, id_count,
                              counting->components.data()});
}

}  // namespace

Napi::Value CountClasses(const Napi::CallbackInfo& info) {
  return Guard(info.Env(), [&]() -> Napi::Value {
    const Napi::Object from = ReadArgument(info);
    const auto counting = std::make_shared<Counting>();
    Errands::Pins pins;
    ReadMap(from, &counting->map, &pins);
    counting->size = ReadMapSize(from, counting->map.pixels);
    if (ReadBool(from, "hasConfidence")) {
      ReadConfidence(from, counting->map.pixels, &counting->confidence, &pins);
    }
    ReadCounts(from, counting.get());
    const auto work = [counting] { Count(counting.get()); };
    return RunErrand(info.Env(), std::move(pins), work, [counting](Napi::Env env) -> Napi::Value {
      Napi::Object to = Napi::Object::New(env);
      to.Set("pixels", ToArrayBuffer(env, counting->pixels));
      to.Set("confidenceSums", ToArrayBuffer(env, counting->sums));
      to.Set("boxes", ToArrayBuffer(env, counting->boxes));
      to.Set("components", ToArrayBuffer(env, counting->components));
      return to;
    });
  });
}

}  // namespace deeplab::addon
