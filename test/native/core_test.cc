// core/: buffers, threads, half precision.

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/half.h"
#include "core/memory.h"
#include "core/thread_pool.h"

namespace deeplab {
namespace {

TEST(BufferPool, HandsTheSameMemoryOutAgainForANearbySize) {
  HostBuffer first = BufferPool::Instance().acquire(1000001);
  void* const data = first.data();
  EXPECT_EQ(reinterpret_cast<uintptr_t>(data) % 64, 0u);
  EXPECT_EQ(first.size(), 1000001u);
  first.reset();
  EXPECT_EQ(BufferPool::Instance().acquire(1000050).data(), data);
}

TEST(BufferPool, CountsWhatIsUsedAndWhatIsIdle) {
  BufferPool& pool = BufferPool::Instance();
  const auto before = pool.stats();
  HostBuffer buffer = pool.acquire(3 << 20);
  EXPECT_GE(pool.stats().used_bytes, before.used_bytes + (3 << 20));
  HostBuffer moved = std::move(buffer);
  EXPECT_EQ(buffer.data(), nullptr);  // NOLINT: a moved-from buffer is empty
  moved.reset();
  EXPECT_EQ(pool.stats().used_bytes, before.used_bytes);
}

TEST(BufferPool, GivesIdleMemoryBackBeyondItsLimit) {
  BufferPool& pool = BufferPool::Instance();
  pool.acquire(8 << 20).reset();
  pool.set_idle_limit(1 << 20);
  EXPECT_LE(pool.stats().idle_bytes, size_t{1} << 20);
  pool.set_idle_limit(size_t{256} << 20);
}

TEST(BufferPool, KeepsEverySizeInABucketOfItsOwn) {
  BufferPool& pool = BufferPool::Instance();
  pool.set_idle_limit(0);
  pool.set_idle_limit(size_t{256} << 20);
  const size_t before = pool.stats().idle_bytes;
  size_t held = 0;
  for (size_t bytes = 1; bytes < (size_t{8} << 20); bytes += bytes / 5 + 1) {
    HostBuffer buffer = pool.acquire(bytes);
    std::memset(buffer.data(), 0xab, bytes);
    void* const data = buffer.data();
    buffer.reset();
    HostBuffer again = pool.acquire(bytes);
    ASSERT_EQ(again.data(), data) << bytes;
  }
  EXPECT_GT(pool.stats().idle_bytes, before);
  held = pool.stats().idle_bytes;
  pool.set_idle_limit(held / 2);
  EXPECT_LE(pool.stats().idle_bytes, held / 2);
  pool.set_idle_limit(0);
  EXPECT_EQ(pool.stats().idle_bytes, 0u);
  pool.set_idle_limit(size_t{256} << 20);
}

TEST(BufferPool, AnImpossibleSizeIsAnError) {
  try {
    BufferPool::Instance().acquire(std::numeric_limits<size_t>::max());
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kOutOfMemory);
  }
}

TEST(ThreadPool, CoversEveryIndexOnceWhateverTheGrain) {
  ThreadPool pool(4);
  for (const int64_t count : {0, 1, 7, 64, 1000}) {
    for (const int64_t grain : {1, 3, 64, 5000}) {
      std::vector<std::atomic<int>> visits(static_cast<size_t>(count));
      pool.parallel_for(count, grain, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) ++visits[static_cast<size_t>(i)];
      });
      for (const auto& visit : visits) ASSERT_EQ(visit, 1);
    }
  }
}

TEST(ThreadPool, ServesSeveralCallersAtOnce) {
  ThreadPool pool(3);
  std::atomic<int64_t> sum{0};
  std::vector<std::thread> callers;
  for (int c = 0; c < 4; ++c) {
    callers.emplace_back([&] {
      for (int round = 0; round < 50; ++round) {
        pool.parallel_for(100, 7, [&](int64_t begin, int64_t end) { sum += end - begin; });
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(sum, 4 * 50 * 100);
}

// One worker, two jobs: it takes a range of each in turn, so that neither has it for itself.
TEST(ThreadPool, SharesItsWorkersFairlyBetweenCallers) {
  ThreadPool pool(2);
  std::atomic<int> begun{0};
  std::atomic<int> taken{0};
  std::vector<int> by_worker;  // there is only one
  std::vector<std::thread> callers;
  for (int c = 0; c < 2; ++c) {
    callers.emplace_back([&, c] {
      const auto caller = std::this_thread::get_id();
      std::atomic<bool> first{true};
      pool.parallel_for(60, 1, [&](int64_t, int64_t) {
        if (first.exchange(false)) ++begun;
        while (begun < 2) std::this_thread::yield();  // until both jobs are there
        if (std::this_thread::get_id() != caller) {
          by_worker.push_back(c);
          ++taken;
        } else {
          while (taken < 12) std::this_thread::yield();  // the callers leave these to the worker
        }
      });
    });
  }
  for (std::thread& caller : callers) caller.join();
  // The first may have been taken before the other job came.
  for (size_t i = 2; i < 12; ++i) EXPECT_NE(by_worker[i], by_worker[i - 1]) << i;
}

TEST(ThreadPool, KeepsToTheWidthThatAThreadAskedFor) {
  ThreadPool pool(4);
  for (const int width : {1, 2, 3}) {
    std::atomic<int> now{0}, most{0}, done{0};
    std::thread caller([&] {
      ThreadPool::LimitThisThread(width);
      pool.parallel_for(60, 1, [&](int64_t begin, int64_t end) {
        const int here = ++now;
        for (int seen = most; here > seen && !most.compare_exchange_weak(seen, here);) {
        }
        // Until as many as may be are here at once: a narrower pool would wait for ever.
        while (done < width && most < width) std::this_thread::yield();
        done += static_cast<int>(end - begin);
        std::this_thread::yield();
        --now;
      });
    });
    caller.join();
    EXPECT_EQ(most, width);
    EXPECT_EQ(done, 60);
  }
}

TEST(ThreadPool, RethrowsInTheCallerAndGoesOn) {
  ThreadPool pool(2);
  const auto fails = [](int64_t begin, int64_t) {
    if (begin >= 10) throw std::runtime_error("body");
  };
  EXPECT_THROW(pool.parallel_for(100, 5, fails), std::runtime_error);
  std::atomic<int64_t> count{0};
  pool.parallel_for(100, 5, [&](int64_t begin, int64_t end) { count += end - begin; });
  EXPECT_EQ(count, 100);
}

// The compiler's own half type is the judge.
#if defined(__FLT16_MAX__)
#if defined(__aarch64__)
using JudgeHalf = __fp16;  // _Float16 is not C++ there before GCC 13
#else
using JudgeHalf = _Float16;
#endif

float JudgeToFloat(uint16_t bits) {
  JudgeHalf half;
  std::memcpy(&half, &bits, sizeof half);
  return static_cast<float>(half);
}

TEST(Half, EveryHalfBecomesItsFloatAndBack) {
  for (uint32_t bits = 0; bits < 65536; ++bits) {
    const auto half = static_cast<uint16_t>(bits);
    const float expected = JudgeToFloat(half);
    const float value = HalfToFloat(half);
    if (std::isnan(expected)) {
      ASSERT_TRUE(std::isnan(value));
      ASSERT_TRUE(std::isnan(HalfToFloat(FloatToHalf(value))));
    } else {
      ASSERT_EQ(value, expected) << bits;
      ASSERT_EQ(FloatToHalf(value), half);
    }
  }
}

TEST(Half, RoundsFloatsToTheNearestEven) {
  for (uint32_t bits = 0; bits < 0x7f800000u; bits += 4099) {
    float value;
    std::memcpy(&value, &bits, sizeof value);
    const auto judge = static_cast<JudgeHalf>(value);
    uint16_t expected;
    std::memcpy(&expected, &judge, sizeof expected);
    ASSERT_EQ(FloatToHalf(value), expected) << value;
    ASSERT_EQ(FloatToHalf(-value), expected | 0x8000u) << value;
  }
}
#endif

}  // namespace
}  // namespace deeplab
