// A warm process allocates nothing for a request: not in submit, nor on a lane, nor in the pool,
// nor in the stages. The engine is a fake: what a library allocates in its runs is its own.

#include <gtest/gtest.h>

#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <vector>

#include "allocation_hook.h"
#include "fake_session.h"

namespace deeplab::pipeline {
namespace {

using namespace testing_support;  // NOLINT: a test's own helpers
using deeplab::testing_support::AllocationCount;
using deeplab::testing_support::CanCountAllocations;

void* volatile g_kept = nullptr;  // lets the compiler leave no allocation out

// Takes requests back and keeps none of them.
class Counter final : public Listener {
 public:
  void done(RequestPtr request) noexcept override {
    const bool failed = request->error.has_value();
    request.reset();
    std::lock_guard lock(mutex_);
    failed_ += failed;
    ++done_;
    changed_.notify_all();
  }
  bool wait_for(int count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] { return done_ >= count; });
  }
  int failed() {
    std::lock_guard lock(mutex_);
    return failed_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int done_ = 0, failed_ = 0;
};

// Stages that do what is needed to see that they ran, over the pool as the real ones.
void FillInput(const ImageView& image, const plan::PreprocessPlan&, const plan::ModelConfig&,
               const MutablePlanes& to, ThreadPool& pool) {
  float* const values = static_cast<float*>(to.data);
  const auto elements = static_cast<int64_t>(to.shape.elements());
  pool.parallel_for(elements, elements / 4, [&](int64_t begin, int64_t end) {
    std::fill(values + begin, values + end, static_cast<float>(image.data[0]));
  });
}

int64_t FillMaps(const ConstPlanes& logits, const plan::PostprocessPlan&, const plan::Geometry& g,
                 const postprocess::ClassTable&, const postprocess::MapTarget& target,
                 ThreadPool& pool) {
  const auto pixels = int64_t{g.map_width} * g.map_height;
  pool.parallel_for(pixels, pixels / 4, [&](int64_t begin, int64_t end) {
    std::fill_n(static_cast<uint8_t*>(target.ids) + begin, end - begin, uint8_t{1});
    std::fill_n(target.confidence + begin, end - begin,
                static_cast<const float*>(logits.data)[begin]);
  });
  return 0;
}

struct Shop {
  std::shared_ptr<Engine> engine = std::make_shared<Engine>();
  std::shared_ptr<Model> model;
  std::shared_ptr<const Package> package;
  std::shared_ptr<Counter> counter = std::make_shared<Counter>();
  Ask small{{1}, 16}, list{{1, 2, 3}, 16}, urgent{{1}, 24};
  int asked = 0;

  Shop(const Stages& stages, const SchedulerOptions& options, int input_size) {
    engine->keep_no_record();
    model = Model::Over(std::make_unique<FakeSession>(engine, Limits(1, 4)), options, stages);
    plan::ModelConfig config;
    config.input_width = config.input_height = input_size;  // 0: the image's own
    package = std::make_shared<Package>(config, model->info(), false);
    urgent.priority = 3;
    urgent.deadline_ms = 60000;
  }

  void submit(const Ask& ask) {
    RequestPtr request = MakeRequest(package, ask);
    request->options.include.class_areas = true;
    request->options.include.probabilities.assign(2, 1);
    request->listener = counter;
    model->submit(std::move(request));
    ++asked;
  }

  // More at once than any round after it, so that every request has held a list and every lane has
  // had one.
  void burst() {
    engine->hold();
    for (int i = 0; i < 24; ++i) submit(list);
    while (model->stats().running < 3u * static_cast<size_t>(model->stats().max_in_flight)) {
      std::this_thread::yield();
    }
    engine->let_through();
    ASSERT_TRUE(counter->wait_for(asked));
  }

  // Several waiting at once, of several sizes.
  void round() {
    for (int i = 0; i < 3; ++i) submit(small);
    submit(list);
    submit(urgent);
    ASSERT_TRUE(counter->wait_for(asked));
  }
};

// Bands of one image hold buffers at the same time only where the pool's threads really run at the
// same time, which a busy machine may put off until after the warm-up: what they will hold is there
// from the start. Far fewer than the requests that are counted.
void FillPool() {
  constexpr int kHeldAtOnce = 8;
  std::vector<HostBuffer> held;
  for (size_t bytes = 4096; bytes <= size_t{1} << 17; bytes += bytes / 4) {
    for (int i = 0; i < kHeldAtOnce; ++i) held.push_back(BufferPool::Instance().acquire(bytes));
  }
}

void ExpectNoAllocation(const Stages& stages, const SchedulerOptions& options, int input_size = 0) {
  if (!CanCountAllocations()) return;  // the sanitizers' suites run the same requests elsewhere
  Shop shop(stages, options, input_size);
  FillPool();
  for (int i = 0; i < 4; ++i) shop.burst();
  for (int i = 0; i < 20; ++i) shop.round();
  const AllocationCount allocations;
  for (int i = 0; i < 40; ++i) shop.round();
  EXPECT_EQ(allocations.count(), 0u) << "in 200 requests";
  EXPECT_EQ(shop.counter->failed(), 0);
}

TEST(Allocation, TheHookSeesWhatNewAndMallocDo) {
  if (!CanCountAllocations()) return;
  const AllocationCount allocations;
  g_kept = ::operator new(1);
  ::operator delete(g_kept);
  g_kept = std::malloc(1);
  std::free(g_kept);
  g_kept = ::operator new (64, std::align_val_t{64});
  ::operator delete (g_kept, std::align_val_t{64});
  EXPECT_EQ(allocations.count(), 3u);
}

TEST(Allocation, AWarmSchedulerAllocatesNothing) { ExpectNoAllocation({FillInput, FillMaps}, {}); }

TEST(Allocation, NorDoTheRealStages) { ExpectNoAllocation(HostStages(), {}); }

TEST(Allocation, NorDoTheyWhereTheNetworkHasASizeOfItsOwn) {
  ExpectNoAllocation(HostStages(), {}, 40);
}

TEST(Allocation, NorDoSeveralLanesThatShareBatches) {
  SchedulerOptions options;
  options.max_in_flight = 2;
  options.max_batch_delay_ms = 0.01;
  options.max_queue = 100;
  ExpectNoAllocation({FillInput, FillMaps}, options);
}

}  // namespace
}  // namespace deeplab::pipeline
