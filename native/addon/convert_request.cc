#include "addon/convert_request.h"

#include <algorithm>
#include <cstring>

#include "addon/border.h"
#include "addon/convert_image.h"
#include "core/copy.h"

namespace deeplab::addon {
namespace {

// The arrays of a request, one after the other.
class Arrays {
 public:
  explicit Arrays(Napi::Object from) : list_(ReadArray(from, "arrays")) {}

  template <typename Array>
  Array next(napi_typedarray_type type) {
    const Napi::Value value = list_[next_++];
    if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != type) {
      BorderError("arrays", "the typed arrays that the numbers speak of");
    }
    return value.As<Array>();
  }

 private:
  Napi::Array list_;
  uint32_t next_ = 0;
};

void HoldResult(const ImageView& view, HeldMemory::Holds* holds) {
  auto held = HeldMemory::HoldToRead(view.data, static_cast<size_t>(ByteLength(view)));
  if (held != nullptr) holds->push_back(std::move(held));
}

pipeline::InputImage ReadImage(Numbers* numbers, Arrays* arrays, size_t index,
                               const pipeline::Request& request, CallerMemory* memory,
                               BufferSource& copies) {
  const pipeline::Package& package = *request.package;
  const ImageNumbers given = ReadImageNumbers(numbers);
  const pipeline::Include& include = request.options.include;
  if ((given.has_out_ids && !include.ids) || (given.has_out_confidence && !include.confidence)) {
    BorderError("numbers", "without memory for maps that are not asked for");
  }
  const auto bytes = arrays->next<Napi::Uint8Array>(napi_uint8_array);
  pipeline::InputImage image;
  image.view = given.view;
  SetPixels(bytes, &image.view);
  image.plan =
      package.plans.preprocess(request.options.overrides, image.view.width, image.view.height);
  if (given.has_out_ids) {
    image.out_ids = ReadOutputIds(arrays->next<Napi::Uint8Array>(napi_uint8_array), index,
                                  package.id_bytes, image.plan->geometry, memory);
  }
  if (given.has_out_confidence) {
    image.out_confidence = ReadOutputConfidence(
        arrays->next<Napi::Float32Array>(napi_float32_array), index, image.plan->geometry, memory);
  }
  const bool stays = HeldMemory::Hold(image.view.data, static_cast<size_t>(ByteLength(image.view)),
                                      &memory->holds);
  if (given.borrow) {
    // A result's map as pixels: its memory stays, even if the result is disposed meanwhile.
    if (!stays) HoldResult(image.view, &memory->holds);
    memory->pins.push_back(Napi::Persistent(bytes.As<Napi::Object>()));
  } else if (!stays) {
    image.copy = CopyPixels(&image.view, copies);
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

void ReadOverlay(Napi::Object from, int id_count, pipeline::OverlayStyle* to) {
  const auto bytes = ReadBytes(from, "overlayColors");
  if (bytes.ByteLength() != static_cast<size_t>(id_count) * sizeof(uint32_t)) {
    BorderError("overlayColors", "four bytes for each class id");
  }
  to->colors.resize(static_cast<size_t>(id_count));
  std::memcpy(to->colors.data(), bytes.Data(), bytes.ByteLength());
}

// `left`: milliseconds; 0 for none.
std::optional<pipeline::Request::Clock::time_point> Deadline(double left) {
  using Clock = pipeline::Request::Clock;
  if (!(left > 0)) return std::nullopt;
  // A century is no different from a longer deadline, and does not overflow.
  const std::chrono::duration<double, std::milli> capped(std::min(left, 3e12));
  return Clock::now() + std::chrono::duration_cast<Clock::duration>(capped);
}

// In the order of lib/native-request.ts.
void ReadFlags(int flags, pipeline::RequestOptions* to) {
  const auto flag = [flags](int bit) { return (flags >> bit & 1) != 0; };
  to->overrides = {flag(0), flag(1), flag(2)};
  to->include.ids = flag(3);
  to->include.confidence = flag(4);
  to->include.class_areas = flag(5);
  to->include.overlay = flag(6);
  to->strict = flag(7);
  to->capture = flag(8);
}

// The numbers before those of the images; returns how many images there are.
int ReadHeader(Numbers* from, pipeline::Request* request) {
  pipeline::RequestOptions& options = request->options;
  request->id = from->id();
  ReadFlags(from->integer(), &options);
  options.priority = from->integer();
  options.deadline = Deadline(from->number());
  options.overlay.weight = from->integer();
  if (options.overlay.weight < 0 || options.overlay.weight > 256) {
    BorderError("overlayWeight", "from 0 to 256");
  }
  return from->integer();
}

void ReadImages(Numbers* numbers, int count, Napi::Object from, pipeline::Request* request,
                CallerMemory* memory, BufferSource& copies) {
  if (count < 1) throw Error(ErrorCode::kEmptyBatch, "The list of images is empty.");
  if (static_cast<size_t>(count) > numbers->left() / kNumbersOfImage) {
    BorderError("numbers", "as long as there are images");
  }
  Arrays arrays(from);
  request->images.reserve(static_cast<size_t>(count));
  for (int i = 0; i < count; ++i) {
    try {
      request->images.push_back(
          ReadImage(numbers, &arrays, static_cast<size_t>(i), *request, memory, copies));
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
                                      CallerMemory* memory, BufferSource& copies) {
  auto request = pipeline::NewRequest();
  pipeline::RequestOptions& options = request->options;
  Numbers numbers(from, "numbers");
  const int count = ReadHeader(&numbers, request.get());
  ReadThresholds(from, package->id_count, &options.thresholds);
  ReadChannels(from, package->id_of_channel.size(), &options.include.probabilities);
  if (options.include.overlay) ReadOverlay(from, package->id_count, &options.overlay);
  request->package = std::move(package);
  ReadImages(&numbers, count, from, request.get(), memory, copies);
  CheckSameInputSize(request->images);
  CheckOutputOverlaps(request->images, request->package->id_bytes, *memory);
  return request;
}

pipeline::RequestPtr ReadWarmUp(Napi::Object from) {
  auto request = pipeline::NewRequest();
  const double id = ReadNumber(from, "requestId");
  if (!(id >= 0)) BorderError("requestId", "a number from 0");
  request->id = static_cast<uint64_t>(id);
  pipeline::WarmUp& warm_up = request->warm_up;
  warm_up = {ReadInt(from, "inputWidth"), ReadInt(from, "inputHeight"), ReadInt(from, "rounds")};
  if (warm_up.input_width < 1 || warm_up.input_height < 1 || warm_up.rounds < 1) {
    BorderError("inputWidth, inputHeight or rounds", "above 0");
  }
  return request;
}

}  // namespace deeplab::addon
