// core/held_memory: what is found by its address, and for how long.

#include "core/held_memory.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "core/memory.h"

namespace deeplab {
namespace {

using Kind = HeldMemory::Kind;

// An owner that says when it went.
std::shared_ptr<const void> Owner(bool* gone) {
  return std::shared_ptr<const void>(
      gone, [](const void* flag) { *static_cast<bool*>(const_cast<void*>(flag)) = true; });
}

TEST(HeldMemory, IsFoundByEveryByteOfItAndNoOther) {
  uint8_t bytes[300];
  bool gone = false;
  const auto memory = HeldMemory::Enter(bytes + 100, 100, Kind::kOwned, Owner(&gone));
  EXPECT_TRUE(HeldMemory::IsOwned(bytes + 100, 100));
  EXPECT_TRUE(HeldMemory::IsOwned(bytes + 150, 50));
  EXPECT_TRUE(HeldMemory::IsOwned(bytes + 199, 1));
  EXPECT_FALSE(HeldMemory::IsOwned(bytes + 99, 2));
  EXPECT_FALSE(HeldMemory::IsOwned(bytes + 150, 51));
  EXPECT_FALSE(HeldMemory::IsOwned(bytes + 201, 1));
  EXPECT_FALSE(HeldMemory::IsOwned(bytes, 300));
  EXPECT_FALSE(HeldMemory::IsOwned(bytes + 150, SIZE_MAX));
  EXPECT_FALSE(HeldMemory::IsOwned(nullptr, 0));
}

TEST(HeldMemory, LivesUntilTheLastHolderGoes) {
  uint8_t bytes[64];
  bool gone = false;
  auto memory = HeldMemory::Enter(bytes, sizeof bytes, Kind::kOwned, Owner(&gone));
  HeldMemory::Holds holds;
  EXPECT_TRUE(HeldMemory::Hold(bytes + 1, 10, &holds));
  ASSERT_EQ(holds.size(), 1u);
  memory.reset();
  EXPECT_FALSE(gone);
  EXPECT_TRUE(HeldMemory::IsOwned(bytes, 64));
  holds.clear();
  EXPECT_TRUE(gone);
  EXPECT_FALSE(HeldMemory::IsOwned(bytes, 64));
  EXPECT_FALSE(HeldMemory::Hold(bytes + 1, 10, &holds));
  EXPECT_TRUE(holds.empty());
}

TEST(HeldMemory, OfAResultIsHeldToReadItAndNotAsPixels) {
  uint8_t bytes[64];
  bool gone = false;
  auto result = HeldMemory::Enter(bytes, sizeof bytes, Kind::kResult, Owner(&gone));
  HeldMemory::Holds holds;
  EXPECT_FALSE(HeldMemory::IsOwned(bytes, 64));
  EXPECT_FALSE(HeldMemory::Hold(bytes, 64, &holds));
  EXPECT_TRUE(holds.empty());
  EXPECT_EQ(HeldMemory::HoldToRead(bytes + 1, 64), nullptr);
  auto held = HeldMemory::HoldToRead(bytes + 1, 63);
  EXPECT_NE(held, nullptr);
  result.reset();
  EXPECT_FALSE(gone);
  held.reset();
  EXPECT_TRUE(gone);
  EXPECT_EQ(HeldMemory::HoldToRead(bytes, 64), nullptr);
}

TEST(HeldMemory, IsHeldToReadWhereItIsOwnedAndNotWhereItIsRegistered) {
  uint8_t bytes[64];
  bool ignored = false;
  const auto owned = HeldMemory::Enter(bytes, 32, Kind::kOwned, Owner(&ignored));
  const auto registered = HeldMemory::Enter(bytes + 32, 32, Kind::kRegistered, Owner(&ignored));
  EXPECT_EQ(HeldMemory::HoldToRead(bytes, 32), owned);
  EXPECT_EQ(HeldMemory::HoldToRead(bytes + 32, 32), nullptr);
}

TEST(HeldMemory, RegistrationsMayOverlapAndAreNotOwned) {
  uint8_t bytes[64];
  bool first_gone = false;
  bool second_gone = false;
  auto first = HeldMemory::Enter(bytes, 64, Kind::kRegistered, Owner(&first_gone));
  auto second = HeldMemory::Enter(bytes, 32, Kind::kRegistered, Owner(&second_gone));
  HeldMemory::Holds holds;
  EXPECT_FALSE(HeldMemory::Hold(bytes, 16, &holds));
  EXPECT_EQ(holds.size(), 2u);
  EXPECT_FALSE(HeldMemory::Hold(bytes + 20, 20, &holds));
  EXPECT_EQ(holds.size(), 3u);  // the first again
  EXPECT_FALSE(HeldMemory::IsOwned(bytes, 16));
  first.reset();
  second.reset();
  EXPECT_FALSE(first_gone || second_gone);
  holds.clear();
  EXPECT_TRUE(first_gone && second_gone);
}

TEST(HeldMemory, IsBothWhereOwnedMemoryIsRegistered) {
  uint8_t bytes[64];
  bool ignored = false;
  const auto owned = HeldMemory::Enter(bytes, 64, Kind::kOwned, Owner(&ignored));
  const auto registered = HeldMemory::Enter(bytes, 64, Kind::kRegistered, Owner(&ignored));
  HeldMemory::Holds holds;
  EXPECT_TRUE(HeldMemory::Hold(bytes, 64, &holds));
  EXPECT_EQ(holds.size(), 2u);
}

// The pool hands out the same memory again at once: whoever finds it then finds its new owner.
TEST(HeldMemory, OfAPoolIsEnteredAndLeftByManyThreads) {
  std::atomic<int> wrong{0};
  const auto work = [&wrong] {
    for (int i = 0; i < 2000; ++i) {
      auto buffer = std::make_shared<HostBuffer>(BufferPool::Instance().acquire(5000));
      void* const data = buffer->data();
      auto memory = HeldMemory::Enter(data, 5000, Kind::kOwned, std::move(buffer));
      HeldMemory::Holds holds;
      if (!HeldMemory::Hold(data, 5000, &holds) || holds.size() != 1) ++wrong;
      memory.reset();
      if (!HeldMemory::IsOwned(data, 5000)) ++wrong;
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back(work);
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace deeplab
