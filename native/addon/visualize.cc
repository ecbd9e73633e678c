#include "addon/visualize.h"

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "addon/border.h"
#include "addon/class_map.h"
#include "addon/convert_image.h"
#include "addon/external_memory.h"
#include "addon/js_error.h"
#include "core/copy.h"
#include "core/error.h"
#include "core/held_memory.h"
#include "core/memory.h"
#include "core/thread_pool.h"
#include "visualize/legend.h"
#include "visualize/overlay.h"
#include "visualize/text.h"

namespace deeplab::addon {
namespace {

constexpr const char* kCorners[] = {"top-left", "top-right", "bottom-left", "bottom-right"};
constexpr int kMostTextHeight = 1024;
constexpr int kMostSide = 1 << 16;
// As many as a picture has, unless told otherwise.
constexpr int64_t kMostLegendPixels = 100'000'000;

struct Legend {
  std::vector<visualize::LegendEntry> entries;
  int text_height = 0;  // 0: none
  visualize::Corner corner = visualize::Corner::kTopLeft;
};

struct Painting {
  ClassMap map;
  std::vector<uint32_t> colors, outline_colors;
  ImageView picture;
  std::shared_ptr<const HeldMemory> held;  // keeps its pixels, where they are memory of ours
  HostBuffer copy;                         // of the picture's pixels, unless they are borrowed
  HostBuffer rgba;
  visualize::OverlayJob job{};
  Legend legend;
};

void ReadPicture(Napi::Object from, Painting* to, Errands::Pins* pins) {
  Numbers numbers(from, "pictureNumbers");
  if (numbers.left() == 0) return;
  const ImageNumbers image = ReadImageNumbers(&numbers);
  const Napi::Uint8Array bytes = ReadBytes(from, "picture");
  to->picture = image.view;
  SetPixels(bytes, &to->picture);
  if (image.borrow) {
    to->held = HeldMemory::HoldToRead(to->picture.data, bytes.ByteLength());
    pins->push_back(Napi::Persistent(bytes.As<Napi::Object>()));
  } else {
    to->copy = CopyPixels(&to->picture, BufferPool::Instance());
  }
  to->job.picture = &to->picture;
  to->job.picture_x = ReadInt(from, "pictureX");
  to->job.picture_y = ReadInt(from, "pictureY");
}

std::vector<uint32_t> ReadPalette(Napi::Object from, const char* field) {
  const Napi::Uint8Array bytes = ReadBytes(from, field);
  if (bytes.ByteLength() % sizeof(uint32_t) != 0) BorderError(field, "four bytes an id");
  std::vector<uint32_t> colors(bytes.ByteLength() / sizeof(uint32_t));
  if (!colors.empty()) std::memcpy(colors.data(), bytes.Data(), bytes.ByteLength());
  return colors;
}

void ReadColors(Napi::Object from, Painting* to) {
  visualize::OverlayJob& job = to->job;
  to->colors = ReadPalette(from, "colors");
  job.colors = to->colors.data();
  job.color_count = static_cast<int>(to->colors.size());
  job.weight = ReadInt(from, "weight");
  if (job.weight < 0 || job.weight > 256) BorderError("weight", "from 0 to 256");
  job.outline_width = ReadInt(from, "outlineWidth");
  if (job.outline_width < 0 || job.outline_width > visualize::kMostOutlineWidth) {
    BorderError("outlineWidth", "a number of pixels");
  }
  to->outline_colors = ReadPalette(from, "outlineColors");
  if (to->outline_colors.size() != to->colors.size()) {
    BorderError("outlineColors", "as long as colors");
  }
  job.outline_colors = to->outline_colors.data();
}

Legend ReadLegend(Napi::Object from) {
  Legend legend;
  legend.text_height = ReadInt(from, "textHeight");
  if (legend.text_height < 0 || legend.text_height > kMostTextHeight) {
    BorderError("textHeight", "a number of pixels");
  }
  if (legend.text_height == 0) return legend;
  legend.corner = static_cast<visualize::Corner>(ReadChoice(from, "corner", kCorners));
  const Napi::Array names = ReadArray(from, "names");
  const std::vector<uint32_t> colors = ReadPalette(from, "colors");
  if (colors.size() != names.Length()) BorderError("colors", "as many as names");
  for (uint32_t i = 0; i < names.Length(); ++i) {
    const Napi::Value name = names.Get(i);
    if (!name.IsString()) BorderError("names", "strings");
    legend.entries.push_back(
        {visualize::DecodeUtf8(name.As<Napi::String>().Utf8Value()), colors[i]});
  }
  return legend;
}

void ReadSize(Napi::Object from, Painting* to) {
  visualize::OverlayJob& job = to->job;
  const MapSize size = ReadMapSize(from, to->map.pixels);
  job.width = size.width;
  job.height = size.height;
  job.ids = to->map.ids.data();
  job.id_bytes = to->map.id_bytes;
  to->rgba = BufferPool::Instance().acquire(static_cast<size_t>(to->map.pixels) * 4);
  job.rgba = to->rgba.as<uint8_t>();
}

void Paint(Painting* painting) {
  const visualize::OverlayJob& job = painting->job;
  visualize::PaintOverlay(job, ThreadPool::Instance());
  Legend& legend = painting->legend;
  if (legend.text_height == 0 || legend.entries.empty()) return;
  visualize::DrawLegend(
      visualize::LayOutLegend(std::move(legend.entries), legend.text_height, job.width, job.height),
      legend.corner, job.rgba, job.width, job.height);
}

struct LegendPicture {
  Legend legend;
  int width = 0;
  int height = 0;
  HostBuffer rgba;
};

// Before anything of that size is taken.
void CheckSize(const visualize::LegendLayout& layout, size_t names) {
  const int64_t pixels = static_cast<int64_t>(layout.width) * layout.height;
  if (pixels <= kMostLegendPixels) return;
  const std::string found = std::to_string(layout.width) + "×" + std::to_string(layout.height);
  throw Error(ErrorCode::kOptionInvalid,
              "A legend of " + std::to_string(names) + " names with textSize " +
                  std::to_string(layout.text_height) + " would be " + found + " pixels, at most " +
                  std::to_string(kMostLegendPixels) +
                  " are possible: choose a smaller textSize or fewer classes.",
              {{"option", "textSize"},
               {"expected", "at most " + std::to_string(kMostLegendPixels) + " pixels"},
               {"found", found}});
}

// On transparency.
void Paint(LegendPicture* to) {
  const size_t names = to->legend.entries.size();
  const visualize::LegendLayout layout = visualize::LayOutLegend(
      std::move(to->legend.entries), to->legend.text_height, kMostSide, kMostSide);
  CheckSize(layout, names);
  to->width = layout.width;
  to->height = layout.height;
  to->rgba = BufferPool::Instance().acquire(static_cast<size_t>(to->width) * to->height * 4);
  std::memset(to->rgba.data(), 0, to->rgba.size());
  visualize::DrawLegend(layout, visualize::Corner::kTopLeft, to->rgba.as<uint8_t>(), to->width,
                        to->height);
}

}  // namespace

Napi::Value PaintOverlay(const Napi::CallbackInfo& info) {
  return Guard(info.Env(), [&]() -> Napi::Value {
    const Napi::Object from = ReadArgument(info);
    const auto painting = std::make_shared<Painting>();
    Errands::Pins pins;
    ReadMap(from, &painting->map, &pins);
    ReadColors(from, painting.get());
    painting->legend = ReadLegend(ReadObject(from, "legend"));
    ReadPicture(from, painting.get(), &pins);
    ReadSize(from, painting.get());
    const auto work = [painting] { Paint(painting.get()); };
    return RunErrand(info.Env(), std::move(pins), work, [painting](Napi::Env env) -> Napi::Value {
      return Adopt(env, std::move(painting->rgba));
    });
  });
}

Napi::Value PaintLegend(const Napi::CallbackInfo& info) {
  return Guard(info.Env(), [&]() -> Napi::Value {
    const auto picture = std::make_shared<LegendPicture>();
    picture->legend = ReadLegend(ReadArgument(info));
    if (picture->legend.text_height == 0) BorderError("textHeight", "from 1");
    const auto work = [picture] { Paint(picture.get()); };
    return RunErrand(info.Env(), {}, work, [picture](Napi::Env env) -> Napi::Value {
      Napi::Object to = Napi::Object::New(env);
      to.Set("width", picture->width);
      to.Set("height", picture->height);
      to.Set("pixels", Adopt(env, std::move(picture->rgba)));
      return to;
    });
  });
}

}  // namespace deeplab::addon
