// A model without a network, for tests of what is around it: runs can be held at a gate, fail, or
// take a while, and what was run is written down. Its results tell the image: channel 0 is the
// image's red, channel 1 is 4 − red.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <climits>
#include <cmath>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/memory.h"
#include "infer/backend.h"
#include "pipeline/batch_host.h"
#include "pipeline/model.h"

namespace deeplab::pipeline::testing_support {

constexpr auto kPatience = std::chrono::seconds(20);  // before a test gives up waiting

// What the test and the fake's threads share.
class Engine {
 public:
  // From now on runs wait until they are let through.
  void hold() {
    std::lock_guard lock(mutex_);
    permits_ = 0;
  }
  void let_through(int runs = INT_MAX / 2) {
    std::lock_guard lock(mutex_);
    permits_ += runs;
    changed_.notify_all();
  }
  // Until so many runs have begun since the start.
  bool wait_for_runs(size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] { return batches_.size() >= count; });
  }
  // First red value of each image, by run.
  std::vector<std::vector<int>> batches() {
    std::lock_guard lock(mutex_);
    return batches_;
  }
  int most_at_once() {
    std::lock_guard lock(mutex_);
    return most_at_once_;
  }
  void keep_no_record() { recording_ = false; }

  // Set before the model runs.
  double (*cost_ms)(size_t images) = [](size_t) { return 0.0; };
  int fails_at_red = -1;  // runs with such an image fail

  void run(const std::vector<int>& reds) {
    {
      std::unique_lock lock(mutex_);
      if (recording_) batches_.push_back(reds);
      most_at_once_ = std::max(most_at_once_, ++inside_);
      changed_.notify_all();
      changed_.wait(lock, [this] { return permits_ > 0; });
      --permits_;
    }
    const double ms = cost_ms(reds.size());
    if (ms > 0) std::this_thread::sleep_for(std::chrono::duration<double, std::milli>(ms));
    std::lock_guard lock(mutex_);
    --inside_;
    for (const int red : reds) {
      if (red == fails_at_red) throw Error(ErrorCode::kBackendFailed, "the fake engine failed");
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int permits_ = INT_MAX / 2;
  int inside_ = 0;
  int most_at_once_ = 0;
  bool recording_ = true;
  std::vector<std::vector<int>> batches_;
};

class FakeSlot final : public infer::Slot {
 public:
  explicit FakeSlot(std::shared_ptr<Engine> engine) : engine_(std::move(engine)) {
    reds_.reserve(64);
    planes_.reserve(64);
    grow(&input_, 1 << 16);  // what the largest batch of most tests takes
    grow(&output_, 1 << 16);
  }

  void* prepare(int batch, int height, int width) override {
    batch_ = batch;
    shape_ = {2, height, width};
    const size_t pixels = static_cast<size_t>(height) * width;
    grow(&input_, batch * 3 * pixels * sizeof(float));
    grow(&output_, batch * 2 * pixels * sizeof(float));
    return input_.data();
  }

  const std::vector<ConstPlanes>& run() override {
    const size_t pixels = static_cast<size_t>(shape_.height) * shape_.width;
    reds_.clear();
    planes_.clear();
    for (int i = 0; i < batch_; ++i) {
      const float* red = input_.as<float>() + i * 3 * pixels;
      float* out = output_.as<float>() + i * 2 * pixels;
      for (size_t p = 0; p < pixels; ++p) {
        out[p] = red[p];
        out[pixels + p] = 4 - red[p];
      }
      reds_.push_back(static_cast<int>(red[0]));
      planes_.push_back({out, DataType::kFloat32, shape_});
    }
    engine_->run(reds_);
    return planes_;
  }

 private:
  static void grow(HostBuffer* buffer, size_t bytes) {
    if (buffer->size() < bytes) *buffer = BufferPool::Instance().acquire(bytes);
  }

  const std::shared_ptr<Engine> engine_;
  int batch_ = 0;
  PlaneShape shape_;
  HostBuffer input_, output_;
  std::vector<int> reds_;
  std::vector<ConstPlanes> planes_;
};

class FakeSession final : public infer::Session {
 public:
  FakeSession(std::shared_ptr<Engine> engine, const infer::BatchLimits& limits)
      : engine_(std::move(engine)), limits_(limits) {
    info_.output.channels = 2;
  }
  const infer::SessionInfo& info() const noexcept override { return info_; }
  const infer::BatchLimits& limits() const noexcept override { return limits_; }
  std::unique_ptr<infer::Slot> new_slot() override { return std::make_unique<FakeSlot>(engine_); }

 private:
  const std::shared_ptr<Engine> engine_;
  const infer::BatchLimits limits_;
  infer::SessionInfo info_;
};

inline infer::BatchLimits Limits(int min_batch, int max_batch, int slots = 1) {
  infer::BatchLimits limits;
  limits.min_batch = min_batch;
  limits.max_batch = max_batch;
  limits.slots = slots;
  return limits;
}

inline std::shared_ptr<Model> FakeModel(const std::shared_ptr<Engine>& engine,
                                        const infer::BatchLimits& limits,
                                        const SchedulerOptions& options = {}) {
  return Model::Over(std::make_unique<FakeSession>(engine, limits), options, HostStages());
}

// A package whose network runs at each image's own size.
inline std::shared_ptr<const Package> OwnSizePackage(const Model& model) {
  return std::make_shared<Package>(plan::ModelConfig{}, model.info(), false);
}

// Keeps a request when it is over, and says when.
class Waiter final : public Listener {
 public:
  void soon() noexcept override {
    std::lock_guard lock(mutex_);
    if (times_ == 0) ++announced_;
  }
  void done(RequestPtr request) noexcept override {
    std::lock_guard lock(mutex_);
    ++times_;
    request_ = std::move(request);
    when_ = Request::Clock::now();
    changed_.notify_all();
  }
  bool wait() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [this] { return times_ > 0; });
  }
  int times() {
    std::lock_guard lock(mutex_);
    return times_;
  }
  // How often soon() was called before done().
  int announced() {
    std::lock_guard lock(mutex_);
    return announced_;
  }
  Request::Clock::time_point when() {
    std::lock_guard lock(mutex_);
    return when_;
  }
  Request& request() { return *request_; }
  // The model may hold the listener a moment longer than the answer is wanted.
  RequestPtr take() {
    std::lock_guard lock(mutex_);
    return std::move(request_);
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int times_ = 0, announced_ = 0;
  Request::Clock::time_point when_;
  RequestPtr request_;
};

// What a test asks for: images of one size, each of one colour.
struct Ask {
  std::vector<int> reds{0};
  int size = 4;
  int priority = 0;
  double deadline_ms = 0;  // 0: none
  uint64_t owner = 1;
  uint64_t id = 1;
};

inline RequestPtr MakeRequest(const std::shared_ptr<const Package>& package, const Ask& ask) {
  RequestPtr request = NewRequest();
  request->owner = ask.owner;
  request->id = ask.id;
  request->package = package;
  request->options.thresholds.assign(2, 0);
  request->options.priority = ask.priority;
  if (ask.deadline_ms > 0) {
    request->options.deadline =
        Request::Clock::now() + std::chrono::duration_cast<Request::Clock::duration>(
                                    std::chrono::duration<double, std::milli>(ask.deadline_ms));
  }
  const int bytes = ask.size * ask.size * 3;
  for (const int red : ask.reds) {
    InputImage image;
    image.copy = BufferPool::Instance().acquire(static_cast<size_t>(bytes));
    std::fill_n(image.copy.as<uint8_t>(), bytes, static_cast<uint8_t>(red));
    image.view.data = image.copy.as<uint8_t>();
    image.view.width = image.view.height = ask.size;
    image.view.stride = ask.size * 3;
    image.plan = package->plans.preprocess({}, ask.size, ask.size);
    request->images.push_back(std::move(image));
  }
  return request;
}

inline std::shared_ptr<Waiter> Submit(Model& model, const std::shared_ptr<const Package>& package,
                                      const Ask& ask) {
  auto waiter = std::make_shared<Waiter>();
  RequestPtr request = MakeRequest(package, ask);
  request->listener = waiter;
  model.submit(std::move(request));
  return waiter;
}

// The request ended once, with its own images' results.
inline void ExpectAnswered(Waiter& waiter, const Ask& ask) {
  ASSERT_TRUE(waiter.wait());
  EXPECT_EQ(waiter.times(), 1);
  const Request& request = waiter.request();
  ASSERT_FALSE(request.error.has_value()) << request.error->what();
  ASSERT_EQ(request.results.size(), ask.reds.size());
  for (size_t i = 0; i < ask.reds.size(); ++i) {
    const float lead = static_cast<float>(2 * ask.reds[i] - 4);
    const float expected = 1 / (1 + std::exp(-std::abs(lead)));
    EXPECT_EQ(request.results[i].ids.as<uint8_t>()[0], lead >= 0 ? 0 : 1) << i;
    EXPECT_NEAR(request.results[i].confidence.as<float>()[0], expected, 1e-5) << i;
  }
}

inline void ExpectRefused(Waiter& waiter, ErrorCode code) {
  ASSERT_TRUE(waiter.wait());
  EXPECT_EQ(waiter.times(), 1);
  ASSERT_TRUE(waiter.request().error.has_value());
  EXPECT_EQ(waiter.request().error->code(), code) << waiter.request().error->what();
}

}  // namespace deeplab::pipeline::testing_support
