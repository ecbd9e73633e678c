#include "fatbin.h"

#include <cstdint>
#include <cstring>

namespace deeplab::doubles {
namespace {

struct Header {
  uint32_t mark;
  uint16_t version, header_bytes;
  uint64_t following_bytes;
};

// Of each piece of code; only what is looked at here.
struct Entry {
  uint16_t kind, version;
  uint32_t header_bytes;
  uint64_t code_bytes;
  uint32_t unused[3];
  uint32_t architecture;  // 75 of sm_75
};

constexpr uint32_t kMark = 0xba55ed50;
constexpr uint16_t kPtx = 1, kMachineCode = 2;

// Machine code runs on later minors of its major, PTX on everything later.
bool Fits(const Entry& entry, const DeviceKind& device) {
  const auto wanted = static_cast<uint32_t>(device.major * 10 + device.minor);
  if (entry.architecture > wanted) return false;
  if (entry.kind == kPtx) return true;
  return entry.kind == kMachineCode && entry.architecture / 10 == wanted / 10;
}

}  // namespace

std::string FatbinAt(const void* image) {
  Header header;
  if (image == nullptr) return "";
  std::memcpy(&header, image, sizeof header.mark);
  if (header.mark != kMark) return "";
  std::memcpy(&header, image, sizeof header);
  return {static_cast<const char*>(image),
          static_cast<size_t>(header.header_bytes + header.following_bytes)};
}

bool HasCodeFor(const std::string& fatbin, const DeviceKind& device) {
  Header header;
  std::memcpy(&header, fatbin.data(), sizeof header);
  size_t at = header.header_bytes;
  for (Entry entry; at + sizeof entry <= fatbin.size();
       at += entry.header_bytes + entry.code_bytes) {
    std::memcpy(&entry, fatbin.data() + at, sizeof entry);
    if (Fits(entry, device)) return true;
    if (entry.header_bytes == 0) return false;
  }
  return false;
}

}  // namespace deeplab::doubles
