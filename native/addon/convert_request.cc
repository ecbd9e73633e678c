#include "addon/convert_request.h"

#include <algorithm>
#include <cstring>

#include "addon/border.h"
#include "core/thread_pool.h"

namespace deeplab::addon {
namespace {

constexpr const char* kColorFormats[] = {"rgb", "bgr", "rgba", "bgra", "gray"};
constexpr int64_t kMaxPixels = int64_t{1} << 30;
constexpr int64_t kCopyBand = 1 << 20;  // bytes a task: below it one memcpy is quickest

ImageView ReadView(Napi::Object from, const Napi::Uint8Array& bytes) {
  ImageView view;
  view.width = ReadInt(from, "width");
  view.height = ReadInt(from, "height");
  view.stride = ReadInt(from, "stride");
  view.format = static_cast<ColorFormat>(ReadChoice(from, "colorFormat", kColorFormats));
  view.data = bytes.Data();
  const int64_t row_bytes = int64_t{view.width} * Channels(view.format);
  const bool sane = view.width > 0 && view.height > 0 && view.stride >= row_bytes &&
                    int64_t{view.width} * view.height <= kMaxPixels;
  const int64_t needed = sane ? int64_t{view.height - 1} * view.stride + row_bytes : 0;
  if (!sane || static_cast<int64_t>(bytes.ByteLength()) < needed) {
    throw Error(
        ErrorCode::kImageInvalid,
        "An image of " + std::to_string(view.width) + "×" + std::to_string(view.height) +
            " with a stride of " + std::to_string(view.stride) + " bytes needs " +
            std::to_string(needed) + " bytes, but " + std::to_string(bytes.ByteLength()) +
            " were given (was the array transferred?).",
        {{"needed", std::to_string(needed)}, {"found", std::to_string(bytes.ByteLength())}});
  }
  return view;
}

// Dense copy of the pixels, in bands on the shared pool; the caller's padding stays behind.
void Copy(pipeline::InputImage* image) {
  const ImageView from = image->view;
  const size_t row_bytes = static_cast<size_t>(from.width) * Channels(from.format);
  image->copy = BufferPool::Instance().acquire(row_bytes * from.height);
  uint8_t* const to = image->copy.as<uint8_t>();
  const int64_t rows = std::max<int64_t>(1, kCopyBand / static_cast<int64_t>(row_bytes));
  ThreadPool::Instance().parallel_for(from.height, rows, [&](int64_t begin, int64_t end) {
    for (int64_t y = begin; y < end; ++y) {
      std::memcpy(to + y * row_bytes, from.row(static_cast<int>(y)), row_bytes);
    }
  });
  image->view.data = to;
  image->view.stride = static_cast<ptrdiff_t>(row_bytes);
}

pipeline::InputImage ReadImage(Napi::Object from, const pipeline::Package& package,
                               const plan::Overrides& overrides,
                               std::vector<Napi::ObjectReference>* pins) {
  const Napi::Uint8Array bytes = ReadBytes(from, "data");
  pipeline::InputImage image;
  image.view = ReadView(from, bytes);
  image.plan = package.plans.preprocess(overrides, image.view.width, image.view.height);
  if (ReadBool(from, "borrow")) {
    pins->push_back(Napi::Persistent(bytes.As<Napi::Object>()));
  } else {
    Copy(&image);
  }
  return image;
}

std::vector<float> ReadThresholds(Napi::Object from, int id_count) {
  const Napi::Value value = from.Get("thresholds");
  if (!value.IsTypedArray() ||
      value.As<Napi::TypedArray>().TypedArrayType() != napi_float32_array) {
    BorderError("thresholds", "a Float32Array");
  }
  const auto list = value.As<Napi::Float32Array>();
  if (static_cast<int>(list.ElementLength()) != id_count) {
    BorderError("thresholds", "one number for each class id");
  }
  return std::vector<float>(list.Data(), list.Data() + list.ElementLength());
}

// Networks without a size of their own run at the image's; the reference takes no mixed list then.
void CheckSameInputSize(const std::vector<pipeline::InputImage>& images) {
  const plan::Geometry& first = images.front().plan->geometry;
  for (size_t i = 1; i < images.size(); ++i) {
    const plan::Geometry& g = images[i].plan->geometry;
    if (g.input_width == first.input_width && g.input_height == first.input_height) continue;
    throw Error(ErrorCode::kImageSizesDiffer,
                "The network runs at each image's own size, so one list must hold images of one "
                "size: expected " +
                    std::to_string(first.input_width) + "×" + std::to_string(first.input_height) +
                    " like the first, found " + std::to_string(g.input_width) + "×" +
                    std::to_string(g.input_height) + ".",
                {{"index", std::to_string(i)}});
  }
}

}  // namespace

pipeline::RequestPtr ReadInferRequest(Napi::Object from,
                                      std::shared_ptr<const pipeline::Package> package,
                                      std::vector<Napi::ObjectReference>* pins) {
  auto request = pipeline::NewRequest();
  request->id = static_cast<uint64_t>(ReadNumber(from, "requestId"));
  request->options.overrides = {ReadBool(from, "disableStaticCrop"),
                                ReadBool(from, "disableGrayscale"),
                                ReadBool(from, "disableContrast")};
  request->options.thresholds = ReadThresholds(from, package->id_count);
  request->options.strict = ReadBool(from, "strict");
  request->options.capture = ReadBool(from, "captureTensors");
  const Napi::Array images = ReadArray(from, "images");
  if (images.Length() == 0) throw Error(ErrorCode::kEmptyBatch, "The list of images is empty.");
  for (uint32_t i = 0; i < images.Length(); ++i) {
    const Napi::Value entry = images[i];
    if (!entry.IsObject()) BorderError("images", "an array of objects");
    try {
      request->images.push_back(
          ReadImage(entry.As<Napi::Object>(), *package, request->options.overrides, pins));
    } catch (const Error& error) {
      ErrorDetail detail = error.detail();
      detail.emplace_back("index", std::to_string(i));
      throw Error(error.code(), error.what(), std::move(detail));
    }
  }
  CheckSameInputSize(request->images);
  request->package = std::move(package);
  return request;
}

}  // namespace deeplab::addon
