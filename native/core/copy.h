// Copies of pictures: what takes about a millisecond at once, more in bands on the shared pool.
// Waiting for a worker that the system has put aside costs up to a time slice, several milliseconds
// of a busy event loop: more than a 1080p picture's whole copy.
#pragma once

#include <cstdint>
#include <cstring>

#include "core/image.h"
#include "core/memory.h"
#include "core/thread_pool.h"

namespace deeplab {

// Bytes a task of a copy of so many.
inline int64_t CopyBand(int64_t bytes) noexcept {
  constexpr int64_t kAtOnce = 8 << 20;
  constexpr int64_t kBand = 1 << 20;
  return bytes <= kAtOnce ? kAtOnce : kBand;
}

inline void CopyInBands(void* to, const void* from, size_t bytes) {
  ThreadPool::Instance().parallel_for(
      static_cast<int64_t>(bytes), CopyBand(static_cast<int64_t>(bytes)),
      [&](int64_t begin, int64_t end) {
        std::memcpy(static_cast<uint8_t*>(to) + begin, static_cast<const uint8_t*>(from) + begin,
                    static_cast<size_t>(end - begin));
      });
}

// Bytes of callers' pixels that were copied since the process began: CopyPixels counts its own. Any
// thread.
uint64_t CopiedPixelBytes() noexcept;
void CountCopiedPixels(size_t bytes) noexcept;

// A dense copy of the pixels in memory of this source, which the view shows from now on; the
// caller's padding stays behind. In bands on the shared pool.
HostBuffer CopyPixels(ImageView* view, BufferSource& source);

}  // namespace deeplab
