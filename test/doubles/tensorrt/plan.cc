// The format: four tags (magic, serialization version, checksum, length), then fields one behind
// the other, of this machine's own byte order.
#include "plan.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "log.h"

namespace deeplab::doubles::trt {
namespace {

constexpr const char* kMethod = "IRuntime::deserializeCudaEngine";
constexpr uint32_t kMagic = 0x70544c44;  // "DLTp"

struct Header {
  uint32_t magic = kMagic;
  uint32_t serialization = 0;
  uint64_t checksum = 0;
  uint64_t size = 0;  // of what follows
};

uint64_t Checksum(const char* bytes, size_t size) {
  uint64_t hash = 14695981039346656037u;
  for (size_t i = 0; i < size; ++i) hash = (hash ^ static_cast<uint8_t>(bytes[i])) * 1099511628211u;
  return hash;
}

// One description of the format, for both ways: `archive(field)` of each.
class Writer {
 public:
  template <typename Plain>
  void operator()(const Plain& value) {
    static_assert(std::is_trivially_copyable_v<Plain>);
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void operator()(const std::string& text) {
    (*this)(uint64_t{text.size()});
    bytes_ += text;
  }
  void operator()(const Dims& dims) {  // without its padding
    (*this)(dims.nbDims);
    (*this)(dims.d);
  }
  template <typename Item, typename Each>
  void list(const std::vector<Item>& items, const Each& each) {
    (*this)(uint64_t{items.size()});
    for (const Item& item : items) each(item);
  }
  const std::string& bytes() const noexcept { return bytes_; }

 private:
  std::string bytes_;
};

class Reader {
 public:
  Reader(const char* bytes, size_t size) : at_(bytes), left_(size) {}
  template <typename Plain>
  void operator()(Plain& value) {
    std::memcpy(&value, take(sizeof value), sizeof value);
  }
  void operator()(std::string& text) {
    uint64_t size = 0;
    (*this)(size);
    text.assign(take(size), size);
  }
  void operator()(Dims& dims) {
    (*this)(dims.nbDims);
    (*this)(dims.d);
  }
  template <typename Item, typename Each>
  void list(std::vector<Item>& items, const Each& each) {
    uint64_t count = 0;
    (*this)(count);
    for (uint64_t i = 0; i < count; ++i) each(items.emplace_back());
  }

 private:
  const char* take(uint64_t size) {
    if (size > left_) throw std::length_error("a plan that ends early");
    left_ -= size;
    return std::exchange(at_, at_ + size);
  }
  const char* at_;
  size_t left_;
};

template <typename Archive, typename AnyPlan>
void Fields(Archive& archive, AnyPlan& plan) {
  archive(plan.version);
  archive(plan.capability);
  archive(plan.ampere_plus);
  archive(plan.host_code);
  archive(plan.rounding);
  archive(plan.defect);
  archive(plan.name);
  archive.list(plan.tensors, [&](auto& tensor) {
    archive(tensor.name);
    archive(tensor.is_input);
    archive(tensor.type);
    archive(tensor.network_type);
    archive(tensor.dims);
  });
  archive.list(plan.profiles, [&](auto& profile) {
    archive.list(profile, [&](auto& range) {
      for (auto& dims : range) archive(dims);
    });
  });
  archive(plan.onnx);
}

bool Refuse(int code, const char* kind, const std::string& text) {
  LogError(kMethod, code, kind, text);
  return false;
}

bool CheckHeader(const Header& header, size_t size, const Version& own) {
  if (header.magic != kMagic) {
    return Refuse(1, "Serialization",
                  "Serialization assertion magicTagRead == kMAGIC_TAG failed.Magic tag does not "
                  "match");
  }
  const uint32_t current = SerializationVersion(own);
  if (header.serialization != current) {
    return Refuse(1, "Serialization",
                  "Serialization assertion stdVersionRead == kSERIALIZATION_VERSION "
                  "failed.Version tag does not match. Note: Current Version: " +
                      std::to_string(current) +
                      ", Serialized Engine Version: " + std::to_string(header.serialization));
  }
  if (header.size != size - sizeof header) {
    return Refuse(1, "Serialization",
                  "Serialization assertion sizeRead == static_cast<uint64_t>(mEnd - mCurrent) "
                  "failed.Size specified in header does not match archive size");
  }
  return true;
}

std::string Text(const ComputeCapability& capability) {
  return std::to_string(capability.major) + "." + std::to_string(capability.minor);
}

// As a library of version `own` writes it: later ones (seen in 10.12) tell the build too.
std::string LibraryVersion(const Version& version, const Version& own) {
  constexpr int32_t kFirstWithBuild = 12;
  const std::string build = "." + std::to_string(version.build);
  return VersionText(version) + (own.minor >= kFirstWithBuild ? build : "");
}

bool FitsDevice(const Plan& plan, const ComputeCapability& device) {
  if (plan.ampere_plus) return device.major >= 8;
  return plan.capability.major == device.major && plan.capability.minor == device.minor;
}

bool CheckOrigin(const Plan& plan, const Version& own, const ComputeCapability& device,
                 bool host_code_allowed) {
  if (plan.host_code && !host_code_allowed) {
    return Refuse(3, "API Usage Error",
                  "Cannot deserialize engine with lean runtime since "
                  "IRuntime::getEngineHostCodeAllowed() is false.");
  }
  const std::string built = LibraryVersion(plan.version, own);
  if (!plan.host_code && built != LibraryVersion(own, own)) {
    return Refuse(6, "API Usage Error",
                  "The engine plan file is not compatible with this version of TensorRT, expecting "
                  "library version " +
                      LibraryVersion(own, own) + " got " + built + ", please rebuild.");
  }
  if (!FitsDevice(plan, device)) {
    return Refuse(
        6, "API Usage Error",
        "The engine plan file is generated on an incompatible device, expecting compute " +
            Text(device) + " got compute " + Text(plan.capability) + ", please rebuild.");
  }
  return true;
}

}  // namespace

std::string WritePlan(const Plan& plan) {
  Writer writer;
  Fields(writer, plan);
  Header header;
  header.serialization = SerializationVersion(plan.version);
  header.checksum = Checksum(writer.bytes().data(), writer.bytes().size());
  header.size = writer.bytes().size();
  return std::string(reinterpret_cast<const char*>(&header), sizeof header) + writer.bytes();
}

bool ReadPlan(const void* bytes, size_t size, const Version& own, const ComputeCapability& device,
              bool host_code_allowed, Plan* plan) {
  Header header;
  header.magic = 0;
  if (bytes != nullptr && size >= sizeof header) std::memcpy(&header, bytes, sizeof header);
  if (!CheckHeader(header, size, own)) return false;
  const char* const body = static_cast<const char*>(bytes) + sizeof header;
  if (Checksum(body, header.size) != header.checksum) {
    return Refuse(1, "Serialization",
                  "Serialization assertion checksumRead == checksumComputed failed.Checksum does "
                  "not match");
  }
  Reader reader(body, header.size);
  Fields(reader, *plan);
  return CheckOrigin(*plan, own, device, host_code_allowed);
}

bool SameDims(const Dims& a, const Dims& b) {
  return a.nbDims == b.nbDims && (a.nbDims <= 0 || std::equal(a.d, a.d + a.nbDims, b.d));
}

bool IsStatic(const Dims& dims) {
  return dims.nbDims >= 0 &&
         std::all_of(dims.d, dims.d + dims.nbDims, [](int64_t d) { return d >= 0; });
}

std::string DimsText(const Dims& dims) {
  std::string text;
  for (int i = 0; i < dims.nbDims; ++i) text += (i > 0 ? "," : "") + std::to_string(dims.d[i]);
  return "[" + text + "]";
}

int64_t ElementCount(const Dims& dims) {
  int64_t count = 1;
  for (int i = 0; i < dims.nbDims; ++i) count *= dims.d[i];
  return count;
}

}  // namespace deeplab::doubles::trt
