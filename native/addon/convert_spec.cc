#include "addon/convert_spec.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "addon/border.h"

namespace deeplab::addon {
namespace {

constexpr const char* kResizeModes[] = {"stretch", "letterbox", "center-crop"};
constexpr const char* kColors[] = {"rgb", "bgr"};
// In the order of plan::CoordinateMode.
constexpr const char* kCoordinateModes[] = {"align_corners", "half_pixel", "pytorch_half_pixel",
                                            "asymmetric"};
constexpr const char* kMemoryModes[] = {"auto", "copied", "mapped", "managed"};
constexpr const char* kContrasts[] = {"none", "adaptive", "stretching", "histogram"};

std::array<float, 3> ReadTriple(Napi::Object from, const char* field) {
  const Napi::Array list = ReadArray(from, field);
  if (list.Length() != 3) BorderError(field, "an array of 3 numbers");
  std::array<float, 3> triple;
  for (uint32_t i = 0; i < 3; ++i) {
    const Napi::Value value = list[i];
    if (!value.IsNumber()) BorderError(field, "an array of 3 numbers");
    triple[i] = value.As<Napi::Number>().FloatValue();
  }
  return triple;
}

infer::SessionOptions ReadSession(Napi::Object from) {
  infer::SessionOptions options;
  options.intra_op_threads = ReadInt(from, "intraOpThreads");
  options.inter_op_threads = ReadInt(from, "interOpThreads");
  options.graph_optimization = ReadInt(from, "graphOptimization");
  options.memory_arena = ReadBool(from, "memoryArena");
  options.memory_pattern = ReadBool(from, "memoryPattern");
  options.spinning = ReadBool(from, "spinning");
  options.log_severity = ReadInt(from, "logSeverity");
  return options;
}

// Names and values of what a provider is told.
std::vector<std::pair<std::string, std::string>> ReadPairs(Napi::Array list) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (uint32_t i = 0; i < list.Length(); ++i) {
    const Napi::Value entry = list[i];
    const bool is_pair = entry.IsArray() && entry.As<Napi::Array>().Length() == 2;
    if (!is_pair) BorderError("providerOptions", "an array of pairs of strings");
    const Napi::Value name = entry.As<Napi::Array>()[0u];
    const Napi::Value value = entry.As<Napi::Array>()[1u];
    if (!name.IsString() || !value.IsString()) {
      BorderError("providerOptions", "an array of pairs of strings");
    }
    pairs.emplace_back(name.As<Napi::String>().Utf8Value(), value.As<Napi::String>().Utf8Value());
  }
  return pairs;
}

void ReadProvider(Napi::Object session, infer::OpenRequest* request) {
  request->provider = ReadString(session, "provider");
  request->provider_options = ReadPairs(ReadArray(session, "providerOptions"));
  request->engine_cache_folder = ReadString(session, "engineCacheFolder");
}

size_t ReadByteCount(Napi::Object from, const char* field) {
  const double value = ReadNumber(from, field);
  constexpr double kLargest = 1ull << 53;
  if (!(value >= 0 && value <= kLargest)) BorderError(field, "a number of bytes");
  // Where size_t is narrower, the address space itself is the lower limit.
  return static_cast<size_t>(
      std::min<uint64_t>(static_cast<uint64_t>(value), std::numeric_limits<size_t>::max()));
}

infer::DeviceOptions ReadDevice(Napi::Object spec) {
  infer::DeviceOptions options;
  options.memory_mode = kMemoryModes[ReadChoice(spec, "memoryMode", kMemoryModes)];
  const size_t limit = ReadByteCount(spec, "deviceMemoryLimit");
  if (limit > 0) options.memory_limit = limit;
  options.pinned_limit = ReadByteCount(spec, "pinnedMemoryLimit");
  options.graphs = ReadBool(spec, "deviceGraphs");
  const int slots = ReadInt(spec, "maxInFlight");
  if (slots > 0) options.slots = slots;
  return options;
}

// Each axis must have a scale or a size: plan/ divides by them.
bool Fits(float scale, int size) {
  return std::isfinite(scale) && scale >= 0 && size >= 0 && (scale > 0 || size > 0);
}

uint64_t ReadOffset(Napi::Object from, const char* field) {
  const double value = ReadNumber(from, field);
  constexpr double kLargest = 1ull << 53;
  if (!(value >= 0 && value <= kLargest)) BorderError(field, "a whole number from 0");
  return static_cast<uint64_t>(value);
}

plan::Head ReadHead(Napi::Object from) {
  plan::Head head;
  head.cut = ReadBool(from, "cut");
  head.mode =
      static_cast<plan::CoordinateMode>(ReadChoice(from, "coordinateMode", kCoordinateModes));
  head.scale_x = static_cast<float>(ReadNumber(from, "scaleX"));
  head.scale_y = static_cast<float>(ReadNumber(from, "scaleY"));
  head.output_width = ReadInt(from, "outputWidth");
  head.output_height = ReadInt(from, "outputHeight");
  const bool fits = Fits(head.scale_x, head.output_width) && Fits(head.scale_y, head.output_height);
  if (head.cut && !fits) BorderError("head", "a scale or a size for each axis");
  return head;
}

plan::ModelConfig ReadConfig(Napi::Object spec) {
  plan::ModelConfig config;
  config.class_count = ReadInt(spec, "classCount");
  config.background_id = ReadInt(spec, "backgroundId");
  config.resize_mode = static_cast<plan::ResizeMode>(ReadChoice(spec, "resizeMode", kResizeModes));
  config.input_width = ReadInt(spec, "inputWidth");
  config.input_height = ReadInt(spec, "inputHeight");
  config.padding_value = ReadInt(spec, "paddingValue");
  config.network_bgr = ReadChoice(spec, "networkColor", kColors) == 1;
  config.scaling_factor = static_cast<float>(ReadNumber(spec, "scalingFactor"));
  config.mean = ReadTriple(spec, "mean");
  config.std = ReadTriple(spec, "std");
  config.static_crop = {ReadBool(spec, "staticCrop"), ReadInt(spec, "cropXMin"),
                        ReadInt(spec, "cropXMax"), ReadInt(spec, "cropYMin"),
                        ReadInt(spec, "cropYMax")};
  config.grayscale = ReadBool(spec, "grayscale");
  config.contrast = static_cast<plan::Contrast>(ReadChoice(spec, "contrast", kContrasts));
  config.head = ReadHead(ReadObject(spec, "head"));
  const bool fits = config.class_count >= 1 && config.class_count <= 65536 &&
                    config.background_id >= 0 && config.background_id < config.class_count &&
                    config.input_width >= 0 && config.input_height >= 0;
  if (!fits) BorderError("classCount, backgroundId, inputWidth or inputHeight", "in range");
  return config;
}

}  // namespace

std::vector<infer::WeightsPart> ReadParts(Napi::Array list) {
  std::vector<infer::WeightsPart> parts;
  for (uint32_t i = 0; i < list.Length(); ++i) {
    const Napi::Value entry = list[i];
    if (!entry.IsObject()) BorderError("weightsParts", "an array of objects");
    const Napi::Object object = entry.As<Napi::Object>();
    const Napi::Uint8Array bytes = ReadBytes(object, "bytes");
    infer::WeightsPart part{ReadOffset(object, "start"), ReadOffset(object, "end"), {}};
    if (part.end < part.start) BorderError("weightsParts", "of ends that lie behind their starts");
    part.bytes.assign(bytes.Data(), bytes.Data() + bytes.ByteLength());
    parts.push_back(std::move(part));
  }
  return parts;
}

std::vector<LibraryCandidate> ReadCandidates(Napi::Array list) {
  std::vector<LibraryCandidate> candidates;
  for (uint32_t i = 0; i < list.Length(); ++i) {
    const Napi::Value entry = list[i];
    if (!entry.IsObject()) BorderError("libraryCandidates", "an array of objects");
    const Napi::Object object = entry.As<Napi::Object>();
    candidates.push_back(
        {ReadString(object, "library"), ReadString(object, "origin"), ReadString(object, "path")});
  }
  return candidates;
}

ModelSpec ReadModelSpec(Napi::Object spec) {
  ModelSpec result;
  result.open.package_format = ReadString(spec, "packageFormat");
  result.open.device = ReadString(spec, "device");
  result.open.weights_path = ReadString(spec, "weightsPath");
  result.parts = ReadParts(ReadArray(spec, "weightsParts"));
  result.open.weights_fingerprint = ReadString(spec, "weightsFingerprint");
  result.weights_byte_length = static_cast<int64_t>(ReadNumber(spec, "weightsByteLength"));
  result.open.candidates = ReadCandidates(ReadArray(spec, "libraryCandidates"));
  result.open.session = ReadSession(ReadObject(spec, "session"));
  ReadProvider(ReadObject(spec, "session"), &result.open);
  result.open.device_options = ReadDevice(spec);
  result.open.max_batch = ReadInt(spec, "maxBatch");
  result.open.min_batch = ReadInt(spec, "minBatch");
  result.scheduler.max_in_flight = ReadInt(spec, "maxInFlight");
  result.scheduler.max_queue = ReadInt(spec, "maxQueue");
  result.scheduler.max_batch_delay_ms = ReadNumber(spec, "maxBatchDelay");
  result.config = ReadConfig(spec);
  result.allow_class_mismatch = ReadBool(spec, "allowClassMismatch");
  return result;
}

}  // namespace deeplab::addon
