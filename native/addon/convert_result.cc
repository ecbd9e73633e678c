#include "addon/convert_result.h"

#include <algorithm>

#include "addon/external_memory.h"

namespace deeplab::addon {
namespace {

// In the order of `facts` in lib/native.ts. One array is several times cheaper to make than objects
// of as many fields.
Napi::Float64Array WriteFacts(Napi::Env env, const pipeline::ImageResult& result) {
  const plan::Geometry& g = result.geometry;
  const pipeline::Timings& t = result.timings;
  const double facts[] = {static_cast<double>(g.source_width),
                          static_cast<double>(g.source_height),
                          static_cast<double>(g.crop.x),
                          static_cast<double>(g.crop.y),
                          static_cast<double>(g.crop.width),
                          static_cast<double>(g.crop.height),
                          static_cast<double>(g.input_width),
                          static_cast<double>(g.input_height),
                          static_cast<double>(g.pad_left),
                          static_cast<double>(g.pad_top),
                          static_cast<double>(g.pad_right),
                          static_cast<double>(g.pad_bottom),
                          g.scale_x,
                          g.scale_y,
                          t.queue,
                          t.preprocess,
                          t.network,
                          t.postprocess,
                          static_cast<double>(result.width),
                          static_cast<double>(result.height),
                          static_cast<double>(result.non_finite)};
  constexpr size_t kCount = sizeof facts / sizeof facts[0];
  Napi::Float64Array to = Napi::Float64Array::New(env, kCount);
  std::copy(facts, facts + kCount, to.Data());
  return to;
}

Napi::Array WriteTensors(Napi::Env env, std::vector<pipeline::CapturedTensor>* tensors) {
  Napi::Array list = Napi::Array::New(env, tensors->size());
  for (uint32_t i = 0; i < tensors->size(); ++i) {
    pipeline::CapturedTensor& tensor = (*tensors)[i];
    Napi::Array shape = Napi::Array::New(env, 3);
    shape.Set(0u, static_cast<double>(tensor.shape.channels));
    shape.Set(1u, static_cast<double>(tensor.shape.height));
    shape.Set(2u, static_cast<double>(tensor.shape.width));
    Napi::Object to = Napi::Object::New(env);
    to.Set("dtype", Name(tensor.type));
    to.Set("shape", shape);
    to.Set("data", Adopt(env, std::move(tensor.data)));
    list.Set(i, to);
  }
  return list;
}

// Counts of pixels are exact as doubles.
Napi::ArrayBuffer WriteAreas(Napi::Env env, const HostBuffer& areas) {
  const size_t count = areas.size() / sizeof(int64_t);
  Napi::ArrayBuffer to = Napi::ArrayBuffer::New(env, count * sizeof(double));
  const int64_t* const from = areas.as<int64_t>();
  std::transform(from, from + count, static_cast<double*>(to.Data()),
                 [](int64_t pixels) { return static_cast<double>(pixels); });
  return to;
}

// What there is, in the order of `parts` in lib/native.ts.
Napi::Array WriteParts(Napi::Env env, pipeline::ImageResult* result) {
  Napi::Array list = Napi::Array::New(env);
  uint32_t count = 0;
  const auto add = [&](HostBuffer* buffer) {
    if (buffer->data() != nullptr) list.Set(count++, Adopt(env, std::move(*buffer)));
  };
  add(&result->ids);
  add(&result->confidence);
  if (result->class_areas.data() != nullptr) {
    list.Set(count++, WriteAreas(env, result->class_areas));
  }
  add(&result->probabilities);
  add(&result->overlay);
  return list;
}

Napi::Object WriteImage(Napi::Env env, pipeline::ImageResult* result) {
  Napi::Object to = Napi::Object::New(env);
  to.Set("facts", WriteFacts(env, *result));
  to.Set("parts", WriteParts(env, result));
  to.Set("tensors", WriteTensors(env, &result->tensors));
  return to;
}

}  // namespace

Napi::Value WriteResults(Napi::Env env, pipeline::Request* request) {
  Napi::Array list = Napi::Array::New(env, request->results.size());
  for (uint32_t i = 0; i < request->results.size(); ++i) {
    list.Set(i, WriteImage(env, &request->results[i]));
  }
  return list;
}

}  // namespace deeplab::addon
