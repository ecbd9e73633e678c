// Reads and writes protocol buffers, field by field.
#include "onnx_model.h"

#include <cstdint>
#include <fstream>
#include <stdexcept>
#include <string_view>

namespace deeplab::doubles::trt {
namespace {

// Field numbers of onnx.proto.
enum Field : uint32_t {
  kModelGraph = 7,
  kGraphNode = 1,
  kGraphInitializer = 5,
  kNodeName = 3,
  kNodeOperation = 4,
  kTensorRawData = 9,
  kTensorExternalData = 13,
  kTensorDataLocation = 14,
  kEntryKey = 1,
  kEntryValue = 2,
};

constexpr uint32_t kLengthDelimited = 2;

[[noreturn]] void Malformed() { throw std::runtime_error("Failed to parse ONNX model from bytes"); }

std::string_view Take(std::string_view* bytes, uint64_t size) {
  if (size > bytes->size()) Malformed();
  const std::string_view taken = bytes->substr(0, size);
  bytes->remove_prefix(size);
  return taken;
}

uint64_t TakeVarint(std::string_view* bytes) {
  uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const auto byte = static_cast<uint8_t>(Take(bytes, 1)[0]);
    value |= uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80) return value;
  }
  Malformed();
}

std::string Varint(uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>(0x80 | (value & 0x7f));
  return bytes + static_cast<char>(value);
}

std::string_view TakeValue(std::string_view* bytes, uint32_t wire_type) {
  const std::string_view before = *bytes;
  if (wire_type == kLengthDelimited) {
    const uint64_t size = TakeVarint(bytes);
    return Take(bytes, size);
  }
  if (wire_type == 0) return TakeVarint(bytes), before.substr(0, before.size() - bytes->size());
  if (wire_type == 1) return Take(bytes, 8);
  if (wire_type == 5) return Take(bytes, 4);
  Malformed();
}

// `each(number, content, whole)` of every field: `whole` is the field as it is written.
template <typename Each>
void ForEachField(std::string_view message, const Each& each) {
  while (!message.empty()) {
    const std::string_view before = message;
    const uint64_t key = TakeVarint(&message);
    const std::string_view content = TakeValue(&message, static_cast<uint32_t>(key & 7));
    each(static_cast<uint32_t>(key >> 3), content,
         before.substr(0, before.size() - message.size()));
  }
}

void AppendField(uint32_t number, std::string_view content, std::string* message) {
  *message += Varint((uint64_t{number} << 3) | kLengthDelimited) + Varint(content.size());
  *message += content;
}

struct External {
  bool any = false;
  std::string location;
  uint64_t offset = 0;
  uint64_t length = 0;  // 0: to the end
};

void ReadEntry(std::string_view entry, External* external) {
  std::string key, value;
  ForEachField(entry, [&](uint32_t number, std::string_view content, std::string_view) {
    if (number == kEntryKey) key = content;
    if (number == kEntryValue) value = content;
  });
  external->any = true;
  if (key == "location") external->location = value;
  if (key == "offset") external->offset = std::stoull(value);
  if (key == "length") external->length = std::stoull(value);
}

std::string ReadExternal(const External& external, const std::string& folder) {
  const std::string path = folder + "/" + external.location;
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) throw std::runtime_error("Failed to open file: " + path);
  const auto size = static_cast<uint64_t>(file.tellg());
  const uint64_t length = external.length != 0 ? external.length : size - external.offset;
  if (external.offset > size || length > size - external.offset) {
    throw std::runtime_error("Failed to read weights from external file: " + path);
  }
  std::string bytes(length, '\0');
  file.seekg(static_cast<std::streamoff>(external.offset));
  file.read(bytes.data(), static_cast<std::streamsize>(length));
  return bytes;
}

std::string InlinedTensor(std::string_view tensor, const std::string& folder) {
  External external;
  std::string inlined;
  ForEachField(tensor, [&](uint32_t number, std::string_view content, std::string_view whole) {
    if (number == kTensorExternalData) {
      ReadEntry(content, &external);
    } else if (number != kTensorDataLocation) {
      inlined += whole;
    }
  });
  if (!external.any) return std::string(tensor);
  AppendField(kTensorRawData, ReadExternal(external, folder), &inlined);
  return inlined;
}

// The message with each field of that number replaced by what `change` makes of its content.
template <typename Change>
std::string Rewritten(std::string_view message, uint32_t changed, const Change& change) {
  std::string written;
  ForEachField(message, [&](uint32_t number, std::string_view content, std::string_view whole) {
    if (number == changed) {
      AppendField(number, change(content), &written);
    } else {
      written += whole;
    }
  });
  return written;
}

}  // namespace

std::vector<OnnxNode> NodesOf(const std::string& model) {
  std::vector<OnnxNode> nodes;
  ForEachField(model, [&](uint32_t part, std::string_view graph, std::string_view) {
    if (part != kModelGraph) return;
    ForEachField(graph, [&](uint32_t member, std::string_view node, std::string_view) {
      if (member != kGraphNode) return;
      OnnxNode& found = nodes.emplace_back();
      ForEachField(node, [&](uint32_t number, std::string_view content, std::string_view) {
        if (number == kNodeName) found.name = content;
        if (number == kNodeOperation) found.operation = content;
      });
    });
  });
  return nodes;
}

std::string WithoutExternalData(const std::string& model, const std::string& folder) {
  return Rewritten(model, kModelGraph, [&](std::string_view graph) {
    return Rewritten(graph, kGraphInitializer,
                     [&](std::string_view tensor) { return InlinedTensor(tensor, folder); });
  });
}

}  // namespace deeplab::doubles::trt
