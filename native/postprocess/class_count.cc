#include "postprocess/class_count.h"

#include <cstring>

namespace deeplab::postprocess {
namespace {

// Classes are regions: eight bytes at a time, as long as they are all of one class.
template <typename Id>
void Count(const Id* ids, int64_t count, int64_t* counts, size_t known) noexcept {
  constexpr int kIds = 8 / sizeof(Id);
  constexpr uint64_t kOnes = sizeof(Id) == 1 ? 0x0101010101010101u : 0x0001000100010001u;
  int64_t x = 0;
  while (x < count) {
    const Id id = ids[x];
    const uint64_t all_of_it = id * kOnes;
    const int64_t begin = x;
    uint64_t next = all_of_it;
    while (x + kIds <= count) {
      std::memcpy(&next, ids + x, sizeof next);
      if (next != all_of_it) break;
      x += kIds;
    }
    while (x < count && ids[x] == id) ++x;
    if (id < known) counts[id] += x - begin;
  }
}

}  // namespace

void CountIds(const void* ids, int id_bytes, int64_t count, int64_t* counts,
              size_t known) noexcept {
  if (id_bytes == 1) {
    Count(static_cast<const uint8_t*>(ids), count, counts, known);
  } else {
    Count(static_cast<const uint16_t*>(ids), count, counts, known);
  }
}

}  // namespace deeplab::postprocess
