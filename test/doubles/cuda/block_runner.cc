#include "block_runner.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <numeric>
#include <random>
#include <vector>

#include "fiber.h"
#include "kernel_host.h"

#if defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
#endif

namespace deeplab::doubles {

void* (*g_host_address)(const void*) = nullptr;

namespace {

// A number that no kernel may take for a value: NaN as a float.
constexpr int kPoison = 0xff;

// The thread sanitizer takes fibers for threads, which they share this with; nothing of a kernel's
// is in it.
thread_local Place t_place;
thread_local unsigned t_current = 0;

__attribute__((no_sanitize_thread)) void GoTo(unsigned index, Index thread) noexcept {
  t_current = index;
  t_place.thread = thread;
}
__attribute__((no_sanitize_thread)) unsigned CurrentFiber() noexcept { return t_current; }

// What is said to happen before what: kernels' threads are ordered by their barriers alone.
struct Order {
  char tag = 0;
  void release() noexcept {
#if defined(__SANITIZE_THREAD__)
    __tsan_release(&tag);
#endif
  }
  void acquire() noexcept {
#if defined(__SANITIZE_THREAD__)
    __tsan_acquire(&tag);
#endif
  }
};

// The fibers of one host thread, and the block that they run.
class BlockRunner {
 public:
  void run(Dim3 block, size_t shared_bytes, const std::function<void()>& body) {
    const size_t count = size_t{block.x} * block.y * block.z;
    while (fibers_.size() < count) fibers_.push_back(std::make_unique<Fiber>());
    shared_.reset(new char[shared_bytes]);  // of that size, for the address sanitizer
    std::memset(shared_.get(), kPoison, shared_bytes);
    order_.resize(count);
    std::iota(order_.begin(), order_.end(), 0u);
    const std::function<void()> ordered = [&] {
      body();
      end_.release();
    };
    while (!order_.empty()) pass(block, ordered);
    end_.acquire();
  }

  void barrier() {
    barrier_.release();
    fibers_[CurrentFiber()]->give_way();
    barrier_.acquire();
  }
  void* shared() const noexcept { return shared_.get(); }

 private:
  // Every thread as far as the next barrier, or to its end.
  void pass(Dim3 block, const std::function<void()>& body) {
    std::shuffle(order_.begin(), order_.end(), random_);
    size_t ended = 0;
    for (const unsigned index : order_) {
      GoTo(index, {index % block.x, index / block.x % block.y, index / block.x / block.y});
      ended += fibers_[index]->resume(body);
    }
    if (ended == order_.size()) return order_.clear();
    if (ended == 0) return;
    std::fprintf(stderr, "%zu of %zu threads of a block left, the others wait at a barrier\n",
                 ended, order_.size());
    std::abort();
  }

  std::vector<std::unique_ptr<Fiber>> fibers_;
  std::unique_ptr<char[]> shared_;
  std::vector<unsigned> order_;
  std::mt19937 random_{20};
  Order barrier_, end_;
};

thread_local BlockRunner t_runner;

}  // namespace

__attribute__((no_sanitize_thread)) Place CurrentPlace() noexcept { return t_place; }
void Barrier() { t_runner.barrier(); }
void* SharedMemory() noexcept { return t_runner.shared(); }

void RunGrid(Dim3 grid, Dim3 block, size_t shared_bytes, const std::function<void()>& body) {
  static thread_local std::mt19937 random{10};
  t_place.grid_size = {grid.x, grid.y, grid.z};
  t_place.block_size = {block.x, block.y, block.z};
  std::vector<size_t> blocks(size_t{grid.x} * grid.y * grid.z);
  std::iota(blocks.begin(), blocks.end(), size_t{0});
  std::shuffle(blocks.begin(), blocks.end(), random);
  for (const size_t index : blocks) {
    t_place.block = {static_cast<unsigned>(index % grid.x),
                     static_cast<unsigned>(index / grid.x % grid.y),
                     static_cast<unsigned>(index / grid.x / grid.y)};
    t_runner.run(block, shared_bytes, body);
  }
}

}  // namespace deeplab::doubles
