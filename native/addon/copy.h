// Copies on the JavaScript thread: small ones at once, large ones in bands on the shared pool.
#pragma once

#include <cstdint>
#include <cstring>

#include "core/thread_pool.h"

namespace deeplab::addon {

constexpr int64_t kCopyBand = 1 << 20;  // bytes a task: below it one memcpy is quickest

inline void CopyInBands(void* to, const void* from, size_t bytes) {
  ThreadPool::Instance().parallel_for(
      static_cast<int64_t>(bytes), kCopyBand, [&](int64_t begin, int64_t end) {
        std::memcpy(static_cast<uint8_t*>(to) + begin, static_cast<const uint8_t*>(from) + begin,
                    static_cast<size_t>(end - begin));
      });
}

}  // namespace deeplab::addon
