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

Napi::Object WriteGeometry(Napi::Env env, const plan::Geometry& g) {
  Napi::Object to = Napi::Object::New(env);
  to.Set("sourceWidth", g.source_width);
  to.Set("sourceHeight", g.source_height);
  to.Set("cropX", g.crop.x);
  to.Set("cropY", g.crop.y);
  to.Set("cropWidth", g.crop.width);
  to.Set("cropHeight", g.crop.height);
  to.Set("inputWidth", g.input_width);
  to.Set("inputHeight", g.input_height);
  to.Set("padLeft", g.pad_left);
  to.Set("padTop", g.pad_top);
  to.Set("padRight", g.pad_right);
  to.Set("padBottom", g.pad_bottom);
  to.Set("scaleX", g.scale_x);
  to.Set("scaleY", g.scale_y);
  return to;
}

Napi::Object WriteTimings(Napi::Env env, const pipeline::Timings& timings) {
  Napi::Object to = Napi::Object::New(env);
  to.Set("queue", timings.queue);
  to.Set("preprocess", timings.preprocess);
  to.Set("network", timings.network);
  to.Set("postprocess", timings.postprocess);
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

Napi::Object WriteImage(Napi::Env env, pipeline::ImageResult* result) {
  Napi::Object to = Napi::Object::New(env);
  to.Set("width", result->width);
  to.Set("height", result->height);
  to.Set("segmentationMap", Adopt(env, std::move(result->ids)));
  to.Set("confidence", Adopt(env, std::move(result->confidence)));
  to.Set("classAreas", WriteAreas(env, result->class_areas));
  to.Set("probabilities", Adopt(env, std::move(result->probabilities)));
  to.Set("overlay", Adopt(env, std::move(result->overlay)));
  to.Set("nonFinitePixels", static_cast<double>(result->non_finite));
  to.Set("geometry", WriteGeometry(env, result->geometry));
  to.Set("timings", WriteTimings(env, result->timings));
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
