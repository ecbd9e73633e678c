// A number that tells two runs of bytes apart: no protection against who wants them to look alike.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace deeplab {

// FNV-1a over 8 bytes at a time.
inline uint64_t Fingerprint(const uint8_t* bytes, size_t size) noexcept {
  uint64_t hash = 14695981039346656037ull;
  for (size_t i = 0; i + 8 <= size; i += 8) {
    uint64_t word;
    std::memcpy(&word, bytes + i, 8);
    hash = (hash ^ word) * 1099511628211ull;
    hash ^= hash >> 29;
  }
  for (size_t i = size / 8 * 8; i < size; ++i) hash = (hash ^ bytes[i]) * 1099511628211ull;
  return hash;
}

}  // namespace deeplab
