#include "addon/convert_request.h"

#include <algorithm>
#include <cstring>

#include "addon/border.h"
#include "addon/convert_image.h"

namespace deeplab::addon {
namespace {

pipeline::InputImage ReadImage(Napi::Object from, size_t index, const pipeline::Package& package,
                               const plan::Overrides& overrides, CallerMemory* memory) {
  const Napi::Uint8Array bytes = ReadBytes(from, "data");
  pipeline::InputImage image;
  image.view = ReadView(from, bytes);
  image.plan = package.plans.preprocess(overrides, image.view.width, image.view.height);
  ReadOutput(from, index, package.id_bytes, &image, memory);
  if (ReadBool(from, "borrow")) {
    memory->pins.push_back(Napi::Persistent(bytes.As<Napi::Object>()));
  } else {
    image.copy = CopyPixels(&image.view);
  }
  return image;
}

// Lists are filled in place: a recycled request keeps their memory.
void ReadThresholds(Napi::Object from, int id_count, std::vector<float>* to) {
  const auto list = ReadFloats(from, "thresholds");
  if (static_cast<int>(list.ElementLength()) != id_count) {
    BorderError("thresholds", "one number for each class id");
  }
  to->assign(list.Data(), list.Data() + list.ElementLength());
}

void ReadChannels(Napi::Object from, size_t channel_count, std::vector<uint16_t>* to) {
  const auto list = ReadShorts(from, "probabilityChannels");
  to->assign(list.Data(), list.Data() + list.ElementLength());
  for (const uint16_t channel : *to) {
    if (channel >= channel_count) BorderError("probabilityChannels", "channels of the network");
  }
}

void ReadInclude(Napi::Object from, const pipeline::Package& package, pipeline::Include* to) {
  to->ids = ReadBool(from, "includeSegmentationMap");
  to->confidence = ReadBool(from, "includeConfidence");
  to->class_areas = ReadBool(from, "includeClassAreas");
  to->overlay = ReadBool(from, "includeOverlay");
  ReadChannels(from, package.id_of_channel.size(), &to->probabilities);
}

void ReadOverlay(Napi::Object from, int id_count, pipeline::OverlayStyle* to) {
  const auto bytes = ReadBytes(from, "overlayColors");
  if (bytes.ByteLength() != static_cast<size_t>(id_count) * sizeof(uint32_t)) {
    BorderError("overlayColors", "four bytes for each class id");
  }
  to->colors.resize(static_cast<size_t>(id_count));
  std::memcpy(to->colors.data(), bytes.Data(), bytes.ByteLength());
  to->weight = ReadInt(from, "overlayWeight");
  if (to->weight < 0 || to->weight > 256) BorderError("overlayWeight", "from 0 to 256");
}

std::optional<pipeline::Request::Clock::time_point> ReadDeadline(Napi::Object from) {
  using Clock = pipeline::Request::Clock;
  const double left = ReadNumber(from, "deadline");
  if (!(left > 0)) return std::nullopt;
  // A century is no different from a longer deadline, and does not overflow.
  const std::chrono::duration<double, std::milli> capped(std::min(left, 3e12));
  return Clock::now() + std::chrono::duration_cast<Clock::duration>(capped);
}

void ReadOptions(Napi::Object from, const pipeline::Package& package,
                 pipeline::RequestOptions* to) {
  to->overrides = {ReadBool(from, "disableStaticCrop"), ReadBool(from, "disableGrayscale"),
                   ReadBool(from, "disableContrast")};
  ReadThresholds(from, package.id_count, &to->thresholds);
  to->strict = ReadBool(from, "strict");
  to->capture = ReadBool(from, "captureTensors");
  ReadInclude(from, package, &to->include);
  if (to->include.overlay) ReadOverlay(from, package.id_count, &to->overlay);
  to->priority = ReadInt(from, "priority");
  to->deadline = ReadDeadline(from);
}

void ReadImages(Napi::Object from, pipeline::Request* request, CallerMemory* memory) {
  const Napi::Array images = ReadArray(from, "images");
  const uint32_t count = images.Length();
  if (count == 0) throw Error(ErrorCode::kEmptyBatch, "The list of images is empty.");
  request->images.reserve(count);
  for (uint32_t i = 0; i < count; ++i) {
    const Napi::Value entry = images[i];
    if (!entry.IsObject()) BorderError("images", "an array of objects");
    try {
      request->images.push_back(ReadImage(entry.As<Napi::Object>(), i, *request->package,
                                          request->options.overrides, memory));
    } catch (const Error& error) {
      ErrorDetail detail = error.detail();
      detail.emplace_back("index", std::to_string(i));
      throw Error(error.code(), error.what(), std::move(detail));
    }
  }
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
                                      CallerMemory* memory) {
  auto request = pipeline::NewRequest();
  request->id = static_cast<uint64_t>(ReadNumber(from, "requestId"));
  ReadOptions(from, *package, &request->options);
  request->package = std::move(package);
  ReadImages(from, request.get(), memory);
  CheckSameInputSize(request->images);
  CheckOutputOverlaps(request->images, request->package->id_bytes, *memory);
  return request;
}

pipeline::RequestPtr ReadWarmUp(Napi::Object from) {
  auto request = pipeline::NewRequest();
  request->id = static_cast<uint64_t>(ReadNumber(from, "requestId"));
  pipeline::WarmUp& warm_up = request->warm_up;
  warm_up = {ReadInt(from, "inputWidth"), ReadInt(from, "inputHeight"), ReadInt(from, "rounds")};
  if (warm_up.input_width < 1 || warm_up.input_height < 1 || warm_up.rounds < 1) {
    BorderError("inputWidth, inputHeight or rounds", "above 0");
  }
  return request;
}

}  // namespace deeplab::addon
