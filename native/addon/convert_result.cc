#include "addon/convert_result.h"

#include <algorithm>
#include <cstring>
#include <memory>

#include "core/simd.h"

namespace deeplab::addon {
Napi::ArrayBuffer Adopt(Napi::Env env, HostBuffer given) {
  if (given.data() == nullptr) return Napi::ArrayBuffer::New(env, 0);
  // Shared with the finaliser: where it fails, the runtime may or may not have called it already.
  const auto buffer = std::make_shared<HostBuffer>(std::move(given));
  auto* const hint = new std::shared_ptr<HostBuffer>(buffer);
  const auto finalize = [](napi_env, void*, void* held) {
    auto* const owner = static_cast<std::shared_ptr<HostBuffer>*>(held);
    (*owner)->reset();
    delete owner;
  };
  napi_value value;
  const napi_status status =
      napi_create_external_arraybuffer(env, buffer->data(), buffer->size(), finalize, hint, &value);
  if (status == napi_ok) return Napi::ArrayBuffer(env, value);
  const bool finalized = buffer->data() == nullptr;
  if (!finalized) delete hint;
  if (status == napi_no_external_buffers_allowed && !finalized) {
    Napi::ArrayBuffer copy = Napi::ArrayBuffer::New(env, buffer->size());
    std::memcpy(copy.Data(), buffer->data(), buffer->size());
    return copy;
  }
  if (env.IsExceptionPending()) env.GetAndClearPendingException();
  throw Error(ErrorCode::kOutOfMemory, "JavaScript could not take over a result's memory.");
}

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

Napi::Array WriteDims(Napi::Env env, const TensorSpec& spec) {
  const int64_t dims[] = {spec.batch, spec.channels, spec.height, spec.width};
  Napi::Array list = Napi::Array::New(env, 4);
  for (uint32_t i = 0; i < 4; ++i) list.Set(i, static_cast<double>(dims[i]));
  return list;
}

}  // namespace

Napi::Value WriteResults(Napi::Env env, pipeline::Request* request) {
  Napi::Array list = Napi::Array::New(env, request->results.size());
  for (uint32_t i = 0; i < request->results.size(); ++i) {
    list.Set(i, WriteImage(env, &request->results[i]));
  }
  return list;
}

Napi::Object WriteInfo(Napi::Env env, const pipeline::Model& model,
                       const pipeline::Package& package) {
  const infer::SessionInfo& info = model.info();
  Napi::Object to = Napi::Object::New(env);
  to.Set("backend", info.backend);
  to.Set("device", info.device);
  to.Set("reason", model.reason());
  to.Set("libraryPath", info.library_path);
  to.Set("libraryVersion", info.library_version);
  to.Set("inputName", info.input_name);
  to.Set("inputDtype", Name(info.input.type));
  to.Set("inputDims", WriteDims(env, info.input));
  to.Set("outputName", info.output_name);
  to.Set("outputDtype", Name(info.output.type));
  to.Set("outputDims", WriteDims(env, info.output));
  to.Set("channels", static_cast<double>(info.output.channels));
  to.Set("idCount", package.id_count);
  to.Set("idBytes", package.id_bytes);
  to.Set("minBatch", model.limits().min_batch);
  to.Set("maxBatch", model.limits().max_batch);
  to.Set("intraOpThreads", info.intra_op_threads);
  to.Set("simd", Name(ActiveSimdLevel()));
  to.Set("sharedBy", model.handles());
  return to;
}

}  // namespace deeplab::addon
