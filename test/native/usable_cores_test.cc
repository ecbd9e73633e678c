// The default number of compute threads.
#include "core/usable_cores.h"

#include <gtest/gtest.h>

#include <thread>

#if defined(__linux__)
#include <sched.h>
#endif

namespace deeplab {
namespace {

TEST(UsableCores, AreAtLeastOneAndNoMoreThanHardwareThreads) {
  EXPECT_GE(UsablePhysicalCores(), 1);
  EXPECT_LE(UsablePhysicalCores(), static_cast<int>(std::thread::hardware_concurrency()));
}

#if defined(__linux__)
TEST(UsableCores, FollowTheAffinityMask) {
  int cores = 0, threads = 0;
  std::thread([&] {
    cpu_set_t allowed;
    ASSERT_EQ(sched_getaffinity(0, sizeof(allowed), &allowed), 0);
    cpu_set_t one;
    CPU_ZERO(&one);
    for (int cpu = 0; CPU_COUNT(&one) == 0; ++cpu) {
      if (CPU_ISSET(cpu, &allowed)) CPU_SET(cpu, &one);
    }
    ASSERT_EQ(sched_setaffinity(0, sizeof(one), &one), 0);
    cores = UsablePhysicalCores();
    threads = UsableHardwareThreads();
  }).join();
  EXPECT_EQ(cores, 1);
  EXPECT_EQ(threads, 1);
}
#endif

TEST(UsableCores, AQuotaIsRoundedUpToWholeProcessors) {
  EXPECT_EQ(ProcessorsOfQuota("100000 100000"), 1);
  EXPECT_EQ(ProcessorsOfQuota("150000 100000"), 2);
  EXPECT_EQ(ProcessorsOfQuota("800000 100000"), 8);
  EXPECT_EQ(ProcessorsOfQuota("20000 100000"), 1);
}

TEST(UsableCores, NoQuotaIsNoLimit) {
  for (const char* text : {"max 100000", "-1 100000", "", " ", "100000", "100000 0", "x y"}) {
    EXPECT_EQ(ProcessorsOfQuota(text), 0) << text;
  }
}

}  // namespace
}  // namespace deeplab
